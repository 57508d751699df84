import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import { complaintIdOf, complaintKey, INDEX } from './keys.ts'

/**
 * The ids of all complaints, or of all that are still open, in no order. It reads a whole index (ids alone): for
 * command lines, never for functions.
 */
export async function* allComplaints(
  db: DynamoDBDocumentClient,
  table: string,
  which: 'all' | 'open',
): AsyncGenerator<string> {
  const pages = paginateScan(
    { client: db },
    { TableName: table, IndexName: which === 'open' ? INDEX.open : INDEX.team, ProjectionExpression: 'pk' },
  )
  for await (const { Items } of pages) {
    for (const { pk } of Items ?? []) {
      if (String(pk).startsWith(complaintKey(''))) yield complaintIdOf(String(pk))
    }
  }
}
