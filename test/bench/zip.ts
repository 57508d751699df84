import { crc32 } from 'node:zlib'

/** A zip archive of one file, stored as it is: what a function's code is uploaded as. */
export function zip(name: string, text: string): Buffer {
  const [file, data] = [Buffer.from(name), Buffer.from(text)]
  const about = Buffer.alloc(26) // the fields that both headers share
  about.writeUInt16LE(20, 0)
  about.writeUInt32LE(crc32(data), 10)
  about.writeUInt32LE(data.length, 14)
  about.writeUInt32LE(data.length, 18)
  about.writeUInt16LE(file.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, file, data])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), about, Buffer.alloc(14), file])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end])
}
