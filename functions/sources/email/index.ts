import { createPublicKey, verify as isSignedBy, type KeyObject } from 'node:crypto'
import * as z from 'zod'
import type { Inbound } from '../../shared/http.ts'
import { Problem } from '../../shared/problem.ts'
import { requireBasic } from '../basic.ts'
import { hmacSha256, isDigest, type LazySource, type SourceSecrets } from '../source.ts'
import { partsOf } from './form.ts'
import type { Provider } from './providers.ts'

/*
 * One source, whichever provider brings the mail: they are told apart by how they sign, so that a mail has the same
 * dedupe key, its Message-ID, by each of them, and a change of provider opens nothing twice. A provider without a key in
 * the secret can verify nothing.
 */

/** What SendGrid and Mailgun send as a form; Postmark's JSON has fields of its own. */
const emailBody = z.looseObject({
  headers: z.string().optional(),
  'message-headers': z.string().optional(),
  timestamp: z.string().optional(),
  token: z.string().optional(),
  signature: z.string().optional(),
})

const SENDGRID = 'x-twilio-email-event-webhook'

/** How far a sender's clock may be ahead, in seconds. */
const AHEAD_SECONDS = 300
/**
 * How old a signature may be, in seconds. What a provider could not deliver it tries again, with the old signature for
 * all that is known: SendGrid for three days, Mailgun for eight hours. Shorter, and an outage of ours would lose mail.
 */
const BEHIND_SECONDS = { sendgrid: 4 * 86_400, mailgun: 9 * 3600 }

function providerOf({ headers }: Inbound): Provider {
  if (headers[`${SENDGRID}-signature`] !== undefined) return 'sendgrid'
  if (headers.authorization !== undefined) return 'postmark'
  return 'mailgun'
}

function verify(request: Inbound, secrets: SourceSecrets, nowMs: number): void {
  const provider = providerOf(request)
  const keys = secrets[provider] ?? []
  if (provider === 'sendgrid') verifySendgrid(request, keys, nowMs)
  else if (provider === 'postmark') requireBasic(request, keys)
  else verifyMailgun(request, keys, nowMs)
}

/**
 * ECDSA over timestamp and body, byte by byte: the body ends in a CRLF that is signed, too. A replay changes nothing, as
 * the mail's id is in what is signed.
 */
function verifySendgrid(request: Inbound, keys: readonly string[], nowMs: number): void {
  const { [`${SENDGRID}-signature`]: signature = '', [`${SENDGRID}-timestamp`]: timestamp } = request.headers
  requireFresh(`${SENDGRID}-timestamp`, timestamp, BEHIND_SECONDS.sendgrid, nowMs)
  const signed = Buffer.concat([Buffer.from(timestamp ?? ''), request.body])
  const given = Buffer.from(signature, 'base64')
  if (!keys.some((key) => isSignedBy('sha256', signed, publicKey(key), given))) {
    throw new Problem('wrong-signature', `${SENDGRID}-signature fits no known public key ("sendgrid")`)
  }
}

function publicKey(base64: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' })
  } catch {
    throw new Error('A key in "sendgrid" of source email is not a public key as SendGrid shows it')
  }
}

/** HMAC-SHA256 of timestamp and token, in the form. The rest of the form is not signed: see `once`. */
function verifyMailgun(request: Inbound, keys: readonly string[], nowMs: number): void {
  const { timestamp, token, signature } = signedFields(request)
  if (timestamp === undefined || token === undefined || signature === undefined) {
    throw new Problem(
      'unsigned',
      'Of SendGrid, give the parse setting a security policy with a signature; of Postmark, put user and password into the ' +
        'address; of Mailgun, send the fields timestamp, token and signature',
    )
  }
  requireFresh('timestamp', timestamp, BEHIND_SECONDS.mailgun, nowMs)
  if (!keys.some((key) => isDigest(hmacSha256(key, timestamp, token), signature, 'hex'))) {
    throw new Problem('wrong-signature', 'signature fits no known signing key ("mailgun")')
  }
}

function signedFields(request: Inbound): Partial<Record<'timestamp' | 'token' | 'signature', string>> {
  const parts = partsOf(request)
  const entries = ['timestamp', 'token', 'signature'].flatMap((name) => {
    const found = parts.filter((part) => part.name === name)
    // Twice the same name: which one was signed, and which one is read?
    return found.length === 1 ? [[name, found[0]?.bytes.toString('latin1')]] : []
  })
  return Object.fromEntries(entries)
}

function requireFresh(name: string, timestamp: string | undefined, behind: number, nowMs: number): void {
  if (!/^\d{1,12}$/.test(timestamp ?? ''))
    throw new Problem('unsigned', `${name} must be whole seconds since 1970`)
  const age = Math.floor(nowMs / 1000) - Number(timestamp)
  if (age > behind || age < -AHEAD_SECONDS) {
    throw new Problem(
      'stale-signature',
      `${name} is ${age} seconds old; ${-AHEAD_SECONDS} to ${behind} are accepted`,
    )
  }
}

/** Source `email`: the inbound webhooks of SendGrid, Postmark and Mailgun. Amazon SES comes by functions/mailbox. */
export const email: LazySource = {
  name: 'email',
  accepts: {
    body: emailBody,
    contentType: 'multipart/form-data',
    scheme:
      'SendGrid: ECDSA; Postmark, as application/json: basic authentication; Mailgun: HMAC of timestamp and token',
    headers: [`${SENDGRID}-signature`, `${SENDGRID}-timestamp`, 'authorization'],
  },
  keys: { others: ['sendgrid', 'postmark', 'mailgun'] },
  // What a function can be handed is six megabytes, and a body with files in it grows by a third on the way.
  maxBodyBytes: 4 * 1024 * 1024,
  verify,
  once: (request) => (providerOf(request) === 'mailgun' ? signedFields(request).token : undefined),
  // Postmark and Mailgun take nothing but 200 for a yes, and would go on sending.
  answer: (request) =>
    providerOf(request) === 'sendgrid'
      ? undefined
      : { contentType: 'application/json', body: '{"taken":true}' },
  // Its libraries are large, and no other source's start should wait for them.
  parse: async (request) => (await import('./providers.ts')).messagesOf(request, providerOf(request)),
}
