import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb'
import type { Author, Complaint, Event } from '../domain/complaint.ts'
import { complaintIdOf, complaintKey, EVENT_PREFIX, STATE } from '../ledger/keys.ts'

/** What somebody is known by; what is given must all be the same person's, as any of it finds them. */
export interface Subject {
  /** A source's name and its id of the person. */
  readonly source?: string | undefined
  readonly id?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
}

const digits = (phone: string): string => phone.replace(/\D/g, '').replace(/^00/, '')

/** Whether a message's author is the person. */
export function isSubject(subject: Subject, source: string, author: Author): boolean {
  const { id, email, phone } = subject
  return (
    (id !== undefined && subject.source === source && author.id === id) ||
    (email !== undefined &&
      [author.email, author.id].some((known) => known?.toLowerCase() === email.toLowerCase())) ||
    (phone !== undefined &&
      [author.phone, author.id].some(
        (known) =>
          known !== undefined && /^[\d\s()+./:a-z-]+$/i.test(known) && digits(known) === digits(phone),
      ))
  )
}

/** Whether somebody has given the person's address or number, whoever that was. */
const isGiven = ({ email, phone }: Subject, event: Event | undefined): boolean =>
  event?.type === 'contact-given' &&
  isSubject({ email, phone }, '', { id: '', email: event.email, phone: event.phone })

/**
 * The complaints that hold a message of the person, or an address that was given by our form, in the order in which they
 * were opened. It reads the whole table: for command lines, never for functions.
 */
export async function complaintsOf(
  db: DynamoDBDocumentClient,
  table: string,
  subject: Subject,
): Promise<string[]> {
  const found = new Set<string>()
  const pages = paginateScan(
    { client: db },
    {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: 'begins_with(pk, :complaints) AND (sk = :state OR begins_with(sk, :events))',
      ExpressionAttributeValues: {
        ':complaints': complaintKey(''),
        ':state': STATE,
        ':events': EVENT_PREFIX,
      },
    },
  )
  for await (const { Items } of pages) {
    for (const { pk, data, event } of Items ?? []) {
      const message =
        (data as Complaint | undefined)?.message ??
        (event as (Event & { readonly message?: Complaint['message'] }) | undefined)?.message
      const isTheirs =
        (message !== undefined && isSubject(subject, message.source, message.author)) ||
        isGiven(subject, event as Event | undefined)
      if (isTheirs) found.add(complaintIdOf(String(pk)))
    }
  }
  return [...found].sort()
}
