import { createHash, randomInt } from 'node:crypto'
import * as z from 'zod'
import { clock as stageClock } from '#clock'
import { type Complaint, type ContactDetails, CUSTOMER, isOpen } from '../domain/complaint.ts'
import { type Command, Refusal } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { type Form, formOf } from '../domain/outgoing.ts'
import { type Policy, teamOf, timerSpec } from '../domain/policy.ts'
import { calendarOf } from '../domain/timers.ts'
import { type Committed, Ledger, NotFound } from '../ledger/ledger.ts'
import { dynamodb } from '../shared/aws/dynamodb.ts'
import type { Clock } from '../shared/clock.ts'
import { e164 } from '../shared/e164.ts'
import { env } from '../shared/env.ts'
import { formFieldsOf, type HttpResult, http, inboundOf } from '../shared/http.ts'
import { type Linked, type LinkSecret, linkSecret, readLink } from '../shared/links.ts'
import { logger } from '../shared/logger.ts'
import { policyOf } from '../shared/policies.ts'
import { Problem } from '../shared/problem.ts'
import { readSecret, rereadSecret } from '../shared/secrets.ts'
import { mark } from '../shared/security.ts'
import * as html from './html.ts'

export interface PageDependencies {
  readonly ledger: {
    load(complaintId: string): Promise<Complaint>
    execute(complaintId: string, command: Command, now: Instant): Promise<Committed>
  }
  readonly secrets: {
    /** The secret of the stage's links, perhaps some minutes old. */
    read(): Promise<LinkSecret>
    /** The same as it is now; undefined where somebody has looked only just now. */
    reread(): Promise<LinkSecret | undefined>
  }
  readonly clock: Clock
  /** What a customer is to write from their account. */
  readonly newCode: () => string
}

/**
 * 2,000 characters of words, each of which a form may send as nine bytes, and room for the rest; a hundredth of what any
 * other endpoint reads.
 */
const MAX_FORM_BYTES = 24 * 1024

type Page = 'contact' | 'survey'
const PAGE_OF: Readonly<Record<string, Page>> = { k: 'contact', s: 'survey' }

/**
 * The pages that a customer opens by a link of ours: `/contact/{key}`, a form for where to write to, and
 * `/survey/{key}`, the question how they found it. A GET changes nothing, as mail programs open links to look at them.
 *
 * There is no cookie and no session: the link is all that anybody needs, and whoever has it needs no other page to send
 * the form for them. So there is nothing that a forged request could borrow, and nothing to protect against one.
 */
export function makeHandler({ ledger, secrets, clock, newCode }: PageDependencies) {
  return http(async (event) => {
    const page: Page = event.routeKey.includes('/survey/') ? 'survey' : 'contact'
    const linked = await opened(event.pathParameters?.key ?? '', page)
    const complaint = await found(linked)
    logger.appendKeys({ complaintId: complaint.id })
    const now = await clock.now()
    const fields =
      event.requestContext.http.method === 'POST' ? formFieldsOf(inboundOf(event, MAX_FORM_BYTES)) : undefined
    return page === 'contact'
      ? contact(complaint, linked.about, now, fields)
      : survey(complaint, linked.about, now, fields)
  }, problemPage)

  /**
   * What a link opens.
   *
   * @throws Problem `not-found`, the same for whatever is wrong with it, and before anything is looked up.
   */
  async function opened(key: string, page: Page): Promise<Linked> {
    const linked =
      readLink(key, await secrets.read()) ??
      // It may be signed by a key that is newer than the last look.
      (await secrets.reread().then((newest) => newest && readLink(key, newest)))
    if (linked === undefined || PAGE_OF[linked.about.charAt(0)] !== page) throw wrongLink()
    return linked
  }

  async function found({ complaintId }: Linked): Promise<Complaint> {
    try {
      return await ledger.load(complaintId)
    } catch (error) {
      if (error instanceof NotFound) throw wrongLink()
      throw error
    }
  }

  async function contact(
    complaint: Complaint,
    ask: string,
    now: Instant,
    fields: URLSearchParams | undefined,
  ): Promise<HttpResult> {
    const policy = policyOf(complaint.policy)
    const asker = askerOf(policy, complaint)
    const form = formOf(complaint, ask, now)
    // A form that is full takes again what it holds, and says no more of that than of anything else.
    const mayTake = form === 'open' || (form === 'full' && fields !== undefined)
    if (!mayTake) return contactNotice(form, asker)
    const asking = askingOf(policy, complaint, asker)
    if (fields === undefined) return answer(200, html.contactForm(asking))
    const read = await contactOf(fields, asking)
    if ('errors' in read) return answer(422, html.contactForm(asking, read))
    const { given } = read
    const command = {
      type: 'give-contact',
      id: ask,
      ...given,
      consent: asking.consentTo,
      code: newCode(),
      by: { id: CUSTOMER },
    } as const
    const after = await executed(complaint.id, command, now)
    if (after === undefined) {
      const left = formOf(await found({ complaintId: complaint.id, about: ask }), ask, now)
      return contactNotice(left, asker)
    }
    if (after.contact?.private === true) return answer(200, html.contactTaken(given, asker))
    const mine = after.contact?.given.find(
      ({ email, phone }) => email === given.email && phone === given.phone,
    )
    if (mine === undefined) throw new Error('What was given just now is not among what was given')
    return answer(200, html.contactCode(given, mine.code, asker))
  }

  async function survey(
    complaint: Complaint,
    about: string,
    now: Instant,
    fields: URLSearchParams | undefined,
  ): Promise<HttpResult> {
    if (fields === undefined) return answer(200, surveyPage(complaint, about, now))
    const read = answerOf(fields)
    // Whoever says so once more, or while it is open, is told how it stands, whatever else is in the form.
    if (isOpen(complaint)) return answer(200, surveyPage(complaint, about, now))
    if ('errors' in read) return answer(422, surveyPage(complaint, about, now, read))
    const command = { type: 'answer-survey', id: about, ...read, by: { id: CUSTOMER } } as const
    const after = await executed(complaint.id, command, now)
    if (after === undefined) {
      const left = await found({ complaintId: complaint.id, about })
      return answer(isOpen(left) ? 200 : 409, surveyPage(left, about, now))
    }
    return answer(200, surveyPage(after, about, now))
  }

  /** The state after a command; undefined where the state refuses it. */
  async function executed(
    complaintId: string,
    command: Command,
    now: Instant,
  ): Promise<Complaint | undefined> {
    try {
      return (await ledger.execute(complaintId, command, now)).complaint
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      logger.info('The form came too late', { problem: error.code })
      return undefined
    }
  }
}

/** Looks the same for every link that we have not made. */
function wrongLink(): Problem {
  mark('wrong-link')
  return new Problem('not-found', 'There is no such page')
}

const answer = (statusCode: number, body: string): HttpResult => ({
  statusCode,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': html.PAGE_POLICY,
    'x-robots-tag': 'noindex, nofollow',
  },
  body,
})

/** A problem as a page, without anything of the complaint: whose it is may be what is wrong. */
function problemPage({ kind, status }: Problem): HttpResult {
  const notices: Partial<Record<Problem['kind'], html.Notice>> = {
    'not-found': html.NOTICES['wrong-link'],
    'not-allowed': html.NOTICES['wrong-link'],
    'too-large': html.NOTICES['too-large'],
    'unsupported-media-type': html.NOTICES['not-ours'],
    busy: html.NOTICES.busy,
  }
  return answer(status, html.noticePage(notices[kind] ?? html.NOTICES.internal))
}

/** That a complaint is over is nothing that everybody with a public link has to know. */
const CONTACT_NOTICES = {
  open: ['busy', 503],
  replaced: ['not-in-use', 410],
  over: ['not-in-use', 410],
  used: ['used', 409],
  expired: ['expired', 410],
  full: ['full', 409],
} as const satisfies Record<Form, readonly [keyof typeof html.NOTICES, number]>

const contactNotice = (form: Form, asker: html.Asker): HttpResult => {
  const [notice, status] = CONTACT_NOTICES[form]
  return answer(status, html.noticePage(html.NOTICES[notice], asker))
}

const askerOf = (policy: Policy, { team }: Complaint): html.Asker => ({
  organisation: policy.organisation?.name,
  privacy: policy.organisation?.privacy,
  team: teamOf(policy, team)?.name,
})

/** Where a policy that asked nobody has come to hold meanwhile. */
const CONSENT = 'You may use what I give here to write to me about this complaint, and for nothing else.'
const QUESTION = 'Is your complaint resolved?'

function askingOf(policy: Policy, complaint: Complaint, asker: html.Asker): html.ContactAsking {
  const { private: isPrivate, expiresAt } = complaint.contact as ContactDetails
  const consentTo = policy.replies?.contact?.consent ?? CONSENT
  return {
    ...asker,
    consentTo,
    wording: createHash('sha256').update(consentTo).digest('base64url').slice(0, 12),
    private: isPrivate,
    expiresAt,
    timeZone: zoneOf(policy, complaint),
    country: policy.organisation?.country,
    erasedAfterDays: policy.retention?.afterClosedDays,
  }
}

/** The zone that the team works in: the customer's own is not known. */
function zoneOf(policy: Policy, { team }: Complaint): string {
  const hours = teamOf(policy, team)?.hours
  const calendar = hours === undefined ? Object.values(policy.calendars)[0] : policy.calendars[hours]
  return calendar?.timeZone ?? 'UTC'
}

/** The longest address that mail knows: RFC 5321, 4.5.3.1. */
const email = z.email().max(254)
/** Longer than any number, however it is written. */
const MOST_OF_A_NUMBER = 40

/** Without the spaces around it, which come from copying. */
const fieldOf = (fields: URLSearchParams, name: string): string => (fields.get(name) ?? '').trim()

async function contactOf(
  fields: URLSearchParams,
  { wording, country }: html.ContactAsking,
): Promise<{ readonly given: html.Given } | html.Entered<html.ContactField>> {
  const values = {
    email: fieldOf(fields, 'email'),
    phone: fieldOf(fields, 'phone'),
    consent: fieldOf(fields, 'consent'),
  }
  const errors: Partial<Record<html.ContactField, string>> = {}
  const phone =
    values.phone === '' || values.phone.length > MOST_OF_A_NUMBER
      ? undefined
      : await e164(values.phone, country)
  if (values.email === '' && values.phone === '') {
    errors.email = 'Give an email address or a phone number'
  }
  if (values.email !== '' && !email.safeParse(values.email).success) {
    errors.email = 'Write the email address like kim@example.org'
  }
  if (values.phone !== '' && phone === undefined) {
    errors.phone =
      country === undefined
        ? 'Write the phone number with + and the country code, like +44 7700 900123'
        : 'Write the phone number in full; one of another country with + and its country code'
  }
  if (values.consent !== 'yes') {
    errors.consent = 'Tick this if you agree: without it we may not write to you there'
  } else if (fields.get('wording') !== wording) {
    // What somebody agrees to is what they have read.
    errors.consent = 'What you agree to has been worded anew: please read it, and tick it again'
  }
  if (Object.keys(errors).length > 0) {
    const ticked = errors.consent === undefined ? 'yes' : ''
    return {
      errors,
      values: {
        email: values.email.slice(0, 254),
        phone: values.phone.slice(0, MOST_OF_A_NUMBER),
        consent: ticked,
      },
    }
  }
  return {
    given: {
      ...(values.email === '' ? {} : { email: values.email }),
      ...(phone === undefined ? {} : { phone }),
    },
  }
}

function answerOf(
  fields: URLSearchParams,
): { readonly score: number; readonly text?: string } | html.Entered<html.SurveyField> {
  const score = fields.get('score') ?? ''
  // A browser counts a line's end as one character and sends two; what else controls a terminal is nobody's word.
  const text = fieldOf(fields, 'text')
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
  const errors: Partial<Record<html.SurveyField, string>> = {}
  if (!/^[1-5]$/.test(score)) errors.score = 'Choose one of the five'
  if (text.length > html.MOST_WORDS) {
    errors.text = `Write at most ${html.MOST_WORDS} characters: these are ${text.length}`
  }
  if (Object.keys(errors).length > 0) return { errors, values: { score, text } }
  return { score: Number(score), ...(text === '' ? {} : { text }) }
}

/** What the customer is shown: by what they have said, and by how the complaint stands. */
function surveyPage(
  complaint: Complaint,
  about: string,
  now: Instant,
  entered?: html.Entered<html.SurveyField>,
): string {
  const policy = policyOf(complaint.policy)
  const asker = askerOf(policy, complaint)
  if (isOpen(complaint)) return html.openAgain(nextWord(complaint, policy, now), asker)
  if (complaint.survey?.id !== about) return html.surveyDone('asked-anew', asker, entered)
  if (complaint.survey.score === undefined) {
    const question = policy.survey?.question ?? QUESTION
    return html.surveyForm(question, complaint.stage !== 'resolved', asker, entered)
  }
  const happy = complaint.survey.score >= (policy.survey?.happyFrom ?? 4)
  return html.surveyDone(happy && complaint.stage === 'closed' ? 'closed' : 'thanks', asker, entered)
}

/** When the customer is to hear from us, by the first clock that runs for it. */
function nextWord(complaint: Complaint, policy: Policy, now: Instant): string | undefined {
  const [next] = complaint.timers
    .filter(({ name, state, dueAt }) => {
      const answers = name === 'acknowledge' || name === 'next-reply' || name === 'resolve'
      return answers && state === 'running' && dueAt > now
    })
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
  const spec = next && timerSpec(policy, complaint, next.name)
  if (next === undefined || spec === undefined) return undefined
  return html.moment(next.dueAt, calendarOf(policy, spec).timeZone)
}

/** Letters and digits that nobody takes for another; without vowels, so that no code is a word. */
const CODE_ALPHABET = 'CDFHJKMNPRTWXY3479'
const CODE_CHARACTERS = 6

/** A code that is easy to copy by hand. It need not withstand guessing: only one account's messages are looked at. */
export const newCode = (): string =>
  Array.from({ length: CODE_CHARACTERS }, () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)]).join('')

export const handler = makeHandler({
  ledger: new Ledger(dynamodb, env('TABLE_NAME')),
  secrets: {
    read: () => readSecret(env('LINKS_SECRET'), linkSecret),
    reread: () => rereadSecret(env('LINKS_SECRET'), linkSecret),
  },
  clock: stageClock,
  newCode,
})
