import { SESv2Client } from '@aws-sdk/client-sesv2'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { clock } from '#clock'
import { Ledger } from '../ledger/ledger.ts'
import { ReplyFacts } from '../ledger/replies.ts'
import { catchUp, StoredReports } from '../ledger/reports.ts'
import { type ChannelSetting, channelsOf } from '../senders/channels.ts'
import { StoredClaims } from '../senders/claim.ts'
import { senderSecret } from '../senders/index.ts'
import { mailboxOf } from '../senders/mime.ts'
import { taskOf } from '../senders/outgoing.ts'
import { type ReplyLedger, sendReply } from '../senders/send.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import { sqs } from '../shared/aws/sqs.ts'
import { env } from '../shared/env.ts'
import { linkSecret, linkTo } from '../shared/links.ts'
import { logger } from '../shared/logger.ts'
import type { ReplyMessage } from '../shared/queues.ts'
import { readSecret } from '../shared/secrets.ts'
import { sendBatch } from './batch.ts'

const table = env('TABLE_NAME')
const queueUrl = env('REPLIES_QUEUE_URL')
const publicUrl = env('PUBLIC_URL')
const ledger = new Ledger(dynamodb, table)
const facts = new ReplyFacts(ledger, () => clock.now())
const store = new StoredReports(dynamodb, table)
const claims = new StoredClaims(dynamodb, table)
const mail = mailSetting()
/** Local stage only: where the platforms are pretended to be. */
const platformsUrl = process.env.PLATFORMS_URL
const apis =
  platformsUrl === undefined
    ? undefined
    : Object.fromEntries(
        (['x', 'meta', 'twilio', 'zendesk'] as const).map((name) => [name, `${platformsUrl}/${name}`]),
      )

function mailSetting(): ChannelSetting['mail'] {
  const { MAIL_FROM, MAIL_REPLY_TO: replyTo, AWS_REGION: region = '' } = process.env
  if (MAIL_FROM === undefined) return undefined
  const from = mailboxOf(MAIL_FROM)
  if (from === undefined) throw new Error('The environment variable MAIL_FROM is no address')
  return {
    from,
    replyTo,
    configurationSet: env('MAIL_CONFIGURATION_SET'),
    region,
    // One try: what may have gone out must not be sent again by a library.
    client: new SESv2Client({
      maxAttempts: 1,
      requestHandler: {
        connectionTimeout: 5000,
        requestTimeout: 15_000,
        throwOnRequestTimeout: true,
        httpAgent: { keepAlive: false },
        httpsAgent: { keepAlive: false },
      },
    }),
  }
}

const told: ReplyLedger = {
  async sent(outgoing, platform, { reference, conversation }, { reports, atMs }) {
    await facts.sent(outgoing, platform, reference, reports)
    logger.info('Sent', { complaintId: outgoing.complaintId, replyId: outgoing.replyId, platform })
    if (!reports) return
    const { complaintId, replyId } = outgoing
    await catchUp(
      { source: platform, reference, conversation },
      { complaintId, replyId, sentMs: atMs },
      { store, ledger: facts },
    )
  },
  async failed(outgoing, platform, reason) {
    await facts.unsent(outgoing, platform, reason)
    logger.warn('Not sent', {
      complaintId: outgoing.complaintId,
      replyId: outgoing.replyId,
      platform,
      reason,
    })
  },
}

async function send({ complaintId, replyId }: ReplyMessage, last: boolean): Promise<void> {
  const [secret, links, events] = await Promise.all([
    readSecret(env('SENDERS_SECRET'), senderSecret),
    readSecret(env('LINKS_SECRET'), linkSecret),
    ledger.timeline(complaintId),
  ])
  const task = taskOf(events, replyId, (about) => linkTo(publicUrl, links, { complaintId, about }))
  if (task.kind === 'over') return
  if (task.kind === 'fail') return facts.unsent({ complaintId, replyId }, undefined, task.reason)
  // What is sent already, and its claim gone, was told long ago.
  if (task.kind === 'tell' && (await claims.load(task.outgoing))?.outcome === undefined) return
  const channels = channelsOf(secret, { publicUrl, ...(apis === undefined ? {} : { apis }), mail })
  await sendReply(task.outgoing, { claims, channels, ledger: told, nowMs: Date.now }, last)
}

/** Queue of replies → platforms. */
export const handler = (event: SQSEvent, context: Context): Promise<SQSBatchResponse> =>
  sendBatch(event, context, { send, sqs, queueUrl })
