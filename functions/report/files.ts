import { PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { compareText } from '../export/dataset.ts'
import { shelfIn } from '../export/publish.ts'
import type { Files } from './month.ts'

/** A bucket's files. */
export const filesIn = (s3: S3Client, bucket: string): Files => ({
  read: shelfIn(s3, bucket).read,
  async list(prefix) {
    const keys: string[] = []
    for await (const { Contents = [] } of paginateListObjectsV2(
      { client: s3 },
      { Bucket: bucket, Prefix: prefix },
    ))
      keys.push(...Contents.flatMap(({ Key }) => Key ?? []))
    return keys.sort(compareText)
  },
  async replace(key, body, contentType) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }))
  },
})
