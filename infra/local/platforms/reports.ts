/** What the platforms say later of what they took, signed or sent as they would. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { clientConfig } from '../aws.ts'
import type { LocalRun } from '../home.ts'
import { signMeta } from '../senders/meta.ts'
import type { Platforms, Reporter, Shown } from './index.ts'

/** Twilio's callback, Meta's webhook, Amazon SES's event; the others report nothing. */
export function reporter(run: LocalRun, twilio: Platforms['twilio']): Reporter {
  const lambda = new LambdaClient(clientConfig(run))
  return async (shown, status) => {
    switch (shown.platform) {
      case 'twilio':
        return twilio.report(shown.reference, status === 'failed' ? 'undelivered' : 'delivered')
      case 'meta':
        if (shown.kind === 'message' && status === 'delivered') await delivered(run, shown)
        return
      case 'ses':
        await lambda.send(
          new InvokeCommand({
            FunctionName: `${run.stackName}-receipts`,
            InvocationType: 'Event',
            Payload: JSON.stringify(eventOf(run, shown, status)),
          }),
        )
        return
      default:
        return
    }
  }
}

async function delivered(run: LocalRun, { reference, more, atMs }: Shown): Promise<void> {
  const body = JSON.stringify({
    object: 'page',
    entry: [
      {
        id: more?.page,
        time: atMs,
        messaging: [
          {
            sender: { id: more?.person },
            recipient: { id: more?.page },
            timestamp: Date.now(),
            delivery: { mids: [reference], watermark: Date.now() },
          },
        ],
      },
    ],
  })
  const headers = signMeta(body, run.webhookSecrets.meta)
  const response = await fetch(`${run.apiUrl}/webhooks/meta`, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`The report of a message was answered ${response.status}`)
}

/** What SES puts on the event bus. The emulator lets nobody but AWS say such things, so the function is called. */
function eventOf(
  run: LocalRun,
  { reference, to, more, atMs }: Shown,
  status: 'delivered' | 'failed',
): object {
  const eventType = status === 'delivered' ? 'Delivery' : 'Bounce'
  return {
    version: '0',
    id: `event-${reference}`,
    'detail-type': status === 'delivered' ? 'Email Delivered' : 'Email Bounced',
    source: 'aws.ses',
    account: '000000000000',
    time: new Date().toISOString(),
    region: run.region,
    resources: [],
    detail: {
      eventType,
      mail: {
        timestamp: new Date(atMs).toISOString(),
        messageId: reference,
        destination: [to],
        tags: Object.fromEntries(
          Object.entries((more?.tags ?? {}) as Record<string, string>).map(([name, value]) => [
            name,
            [value],
          ]),
        ),
      },
      ...(status === 'delivered'
        ? { delivery: { recipients: [to], smtpResponse: '250 OK' } }
        : {
            bounce: {
              bounceType: 'Permanent',
              bounceSubType: 'General',
              bouncedRecipients: [{ emailAddress: to, diagnosticCode: 'smtp; 550 5.1.1 user unknown' }],
            },
          }),
    },
  }
}
