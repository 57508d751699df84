import PostalMime from 'postal-mime'
import { isText, jsonWith, type StandIn } from './stand-in.ts'

export interface SesKeys {
  /** The verified domain. */
  readonly domain: string
  readonly configurationSet: string
  readonly region: string
}

const refusal = (status: number, type: string, message: string) => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { message },
})

/** Amazon SES, API version 2: takes raw mails from one verified domain, and gives each a Message-ID of its own. */
export function standInForSes({ domain, configurationSet, region }: SesKeys): StandIn {
  return async (received, stage) => {
    const { method, path, headers } = received
    if (method !== 'POST' || path !== '/v2/email/outbound-emails')
      return refusal(404, 'NotFoundException', 'Not found')
    if (!/^AWS4-HMAC-SHA256 Credential=\S+\/ses\/aws4_request, /.test(headers.authorization ?? ''))
      return refusal(403, 'AccessDeniedException', 'Missing Authentication Token')
    const given = jsonWith(received, [
      'FromEmailAddress',
      'Destination',
      'Content',
      'ConfigurationSetName',
      'EmailTags',
    ]) as
      | {
          FromEmailAddress?: unknown
          Destination?: { ToAddresses?: unknown }
          Content?: { Raw?: { Data?: unknown } }
          ConfigurationSetName?: unknown
          EmailTags?: { Name?: string; Value?: string }[]
        }
      | undefined
    const { FromEmailAddress: from, Destination, Content, EmailTags: tags = [] } = given ?? {}
    const [to, ...others] = (Destination?.ToAddresses ?? []) as string[]
    const data = Content?.Raw?.Data
    if (!isText(from) || !isText(to) || others.length > 0 || !isText(data))
      return refusal(400, 'BadRequestException', 'Not what is sent here')
    if (given?.ConfigurationSetName !== configurationSet)
      return refusal(404, 'NotFoundException', 'Configuration set does not exist')
    if (
      tags.some(
        ({ Name = '', Value = '' }) => !/^[\w-]{1,256}$/.test(Name) || !/^[\w.@-]{1,256}$/.test(Value),
      )
    )
      return refusal(400, 'BadRequestException', 'Invalid tag')
    const raw = Buffer.from(data, 'base64').toString('utf8')
    const [head = ''] = raw.split('\r\n\r\n', 1)
    const names = [...head.matchAll(/^([A-Za-z-]+): /gm)].map(([, name = '']) => name.toLowerCase())
    if (
      new Set(names).size !== names.length ||
      head.split('\r\n').some((line) => line.length > 998 || line.includes('\n'))
    )
      return refusal(400, 'BadRequestException', 'Malformed headers')
    const mail = await PostalMime.parse(raw)
    if (mail.from?.address !== from || mail.to?.length !== 1 || mail.to[0]?.address !== to)
      return refusal(400, 'BadRequestException', 'The mail is from or to somebody else')
    if (!from.endsWith(`@${domain}`)) return refusal(400, 'MessageRejected', 'Email address is not verified.')
    const id = `0100${stage.digits(12)}-${stage.digits(8)}-0000-0000-0000-000000000000-000000`
    stage.show({
      kind: 'mail',
      to,
      text: (mail.text ?? '').replace(/\n$/, ''),
      reference: id,
      more: {
        subject: mail.subject,
        headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
        // What the customer's program sees, and answers.
        messageId: `${id}@${region === 'us-east-1' ? 'email' : region}.amazonses.com`,
        tags: Object.fromEntries(tags.map(({ Name = '', Value = '' }) => [Name, Value])),
        raw,
      },
    })
    return { status: 200, body: { MessageId: id } }
  }
}
