import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'

const measured = vi.hoisted(() => vi.fn<(name: string, value: number, dimension?: string) => void>())
vi.mock('../../functions/shared/metrics.ts', () => ({ measure: measured }))

import { MOST_WHOLE, PART, takeMails } from '../../functions/mailbox/mailbox.ts'
import { logger } from '../../functions/shared/logger.ts'
import { mime } from '../sources/emails.ts'
import { MemoryIgnored, MemoryLedger } from './http.ts'

const BUCKET = 'mails-of-a-test'
const fixture = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'email', name))

let ledger: MemoryLedger
let ignored: MemoryIgnored
let stored: Map<string, Uint8Array>
let logged: string
beforeEach(() => {
  ledger = new MemoryLedger()
  ignored = new MemoryIgnored()
  stored = new Map()
  measured.mockClear()
  logged = ''
  vi.spyOn(logger, 'info').mockImplementation((...line) => {
    logged += JSON.stringify(line)
  })
})

const counted = () => measured.mock.calls
const notified = (key: string, size: number, bucket = BUCKET) => ({
  body: JSON.stringify({
    Records: [
      { eventTime: '2026-11-21T10:06:00.123Z', s3: { bucket: { name: bucket }, object: { key, size } } },
    ],
  }),
})
const take = (record: { body: string }) =>
  takeMails(record, {
    ledger,
    ignored,
    mails: {
      bucket: BUCKET,
      read: async (key, most) => {
        const bytes = stored.get(key)
        if (bytes === undefined) throw new Error('NoSuchKey')
        return bytes.subarray(0, most)
      },
    },
    clock: { now: async () => '2026-11-21T10:06:30Z' },
  })
const deliver = (bytes: Uint8Array, key = 'mails/abc'): Promise<void> => {
  stored.set(key, bytes)
  return take(notified(key, bytes.length))
}
const messages = () =>
  [...ledger.events.values()].flatMap(([first]) =>
    first?.type === 'received' ? [first.message as unknown as Record<string, unknown>] : [],
  )

describe('A mail that SES has put into the bucket', () => {
  it('opens a complaint with its files where they are, once, however often the queue tells of it', async () => {
    for (let times = 0; times < 3; times++) await deliver(fixture('outlook-latin1.eml'))
    expect(messages()).toMatchObject([
      {
        source: 'email',
        messageId: 'AM9PR01MB1@AM9PR01MB1.eurprd01.prod.example.com',
        author: { id: 'joerg@example.de' },
        attachments: [{ reference: `s3://${BUCKET}/mails/abc#1` }],
      },
    ])
    expect(ledger.writes).toBe(1)
  })

  it('is one complaint though it lies there twice, or its key has to be decoded', async () => {
    await deliver(fixture('outlook-latin1.eml'))
    stored.set('mails/a b+c', fixture('outlook-latin1.eml'))
    await take(notified('mails/a+b%2Bc', 1))
    expect(ledger.writes).toBe(1)
  })

  it('is heard under nobody’s name where SES found its sender forged', async () => {
    await deliver(fixture('forged.eml'))
    expect(messages()).toMatchObject([{ author: { id: 'unverified:forged-1@mail.example.net' } }])
  })

  it('opens nothing where it carries a virus: it is counted, and found again by its key alone', async () => {
    await deliver(fixture('virus.eml'), 'mails/infected')
    expect(ledger.writes).toBe(0)
    expect(counted()).toEqual([['Ignored', 1, 'virus']])
    expect(ignored.all).toMatchObject([
      {
        source: 'email',
        cause: 'virus',
        messageId: 'virus-1@mail.example.net',
        permalink: `s3://${BUCKET}/mails/infected`,
      },
    ])
    expect(logged).toContain('mails/infected')
    expect(logged).not.toMatch(/kim|Open this|example\.net/i)
  })

  it('is looked into no further than its head where that says virus', async () => {
    const head = 'X-SES-Virus-Verdict: FAIL\r\nFrom: a@example.net\r\nMessage-ID: <1@x>\r\n\r\n'
    // A body that the parser would refuse, if it came to it.
    await deliver(Buffer.from(head + '\n'.repeat(60_000)))
    expect(counted()).toEqual([['Ignored', 1, 'virus']])
    await expect(
      deliver(Buffer.from(head.replace('FAIL', 'PASS') + '\n'.repeat(60_000))),
    ).rejects.toMatchObject({
      kind: 'malformed-body',
    })
  })

  it('is counted and opens nothing where a machine wrote it; what is remembered of it are ids and times', async () => {
    await deliver(fixture('bounce.eml'))
    expect(counted()).toEqual([['Ignored', 1, 'automatic']])
    expect(ledger.writes).toBe(0)
    await deliver(fixture('bounce.eml'))
    expect(ignored.all).toEqual([
      {
        week: '2026-W47',
        source: 'email',
        cause: 'automatic',
        at: '2026-11-21T10:06:30Z',
        channel: 'email',
        messageId: 'bounce-1@mx.example.net',
        permalink: `s3://${BUCKET}/mails/abc`,
        postedAt: expect.stringMatching(/Z$/),
      },
    ])
  })

  it('that is too large to be read whole has its words, and in place of its files itself', async () => {
    const words = mime({ text: 'The lamp came broken, see the film.' }).toString()
    const boundary = '==b'
    const [head = '', ...body] = words.split('\r\n\r\n')
    const headers = head.replace(/^(content-[^\n]*|mime-version[^\n]*)\r?\n?/gim, '').trimEnd()
    const bytes = Buffer.concat([
      Buffer.from(
        `${headers}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n` +
          `--${boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe lamp came broken.\r\n` +
          `--${boundary}\r\nContent-Type: video/mp4; name="film.mp4"\r\nContent-Disposition: attachment; filename="film.mp4"\r\n` +
          `Content-Transfer-Encoding: base64\r\n\r\n`,
      ),
      Buffer.from(`${'A'.repeat(76)}\r\n`.repeat(Math.ceil(MOST_WHOLE / 78) + 1)),
      Buffer.from(`--${boundary}--\r\n`),
    ])
    expect(body.length).toBeGreaterThan(0)
    expect(bytes.length).toBeGreaterThan(MOST_WHOLE)
    expect(PART).toBeLessThan(MOST_WHOLE)
    await deliver(bytes, 'mails/large')
    expect(messages()).toMatchObject([
      {
        text: 'The lamp came broken.',
        attachments: [{ reference: `s3://${BUCKET}/mails/large`, bytes: bytes.length }],
      },
    ])
  })

  it('fails, so that the queue brings it again, where it is not there or is no mail', async () => {
    await expect(take(notified('mails/gone', 10))).rejects.toThrow('NoSuchKey')
    await expect(take(notified('mails/abc', 10, 'another-bucket'))).rejects.toThrow('no notification of')
    expect(ledger.writes).toBe(0)
  })
})

describe('What else the queue tells of', () => {
  it('is SES trying whether it may write, and S3 trying the queue: neither is a mail', async () => {
    await take(notified('mails/AMAZON_SES_SETUP_NOTIFICATION', 600))
    await take({ body: JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: BUCKET }) })
    expect(ledger.writes).toBe(0)
  })
})
