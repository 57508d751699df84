import { createHash } from 'node:crypto'
import type { Instant } from '../domain/instant.ts'

/*
 * The pages that a customer opens: words and markup, and nothing else. They hold what the policy says and what the
 * customer has just entered; of the complaint nothing, as anybody may have found a public link.
 */

/** Text as HTML shows it, whatever is in it. */
const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character] ?? '',
  )

/** Who it is that asks: an organisation that the policy names, and its team. */
export interface Asker {
  readonly organisation?: string | undefined
  readonly team?: string | undefined
  /** The https address of what it tells people about their data. */
  readonly privacy?: string | undefined
}

/** What somebody has entered, as they entered it, and what to change about each field. */
export interface Entered<Field extends string> {
  readonly values: Readonly<Partial<Record<Field, string>>>
  readonly errors: Readonly<Partial<Record<Field, string>>>
}

/** How long the words may be that a customer adds to an answer, in UTF-16 units. */
export const MOST_WORDS = 2000

const STYLE = `
:root{color-scheme:light dark;--ground:#f4f6f8;--paper:#fff;--ink:#1a1f26;--soft:#4a5563;--line:#76808d;--accent:#0b57d0;--on:#fff;--wrong:#b3261e;--tint:#e8f0fe}
@media(prefers-color-scheme:dark){:root{--ground:#0f1318;--paper:#181d24;--ink:#e8ecf1;--soft:#b4bdc9;--line:#8a95a3;--accent:#8ab4f8;--on:#0f1318;--wrong:#ffb4ab;--tint:#22304a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
.page{max-width:36rem;margin:0 auto;padding:1.25rem 1rem 3rem}
header{color:var(--soft);font-size:.9375rem;padding:0 0 .75rem}
header strong{color:var(--ink)}
main{background:var(--paper);border:1px solid color-mix(in srgb,var(--line) 45%,transparent);border-radius:.75rem;padding:1.25rem}
@media(min-width:30rem){.page{padding-top:2.5rem}main{padding:2rem}}
h1,legend{font-size:1.5rem;line-height:1.25;font-weight:650;margin:0 0 .75rem;padding:0}
h2{font-size:1.125rem;line-height:1.3;margin:0 0 .5rem}
p{margin:0 0 1rem}
main>:last-child,form>:last-child,section>:last-child,fieldset>:last-child{margin-bottom:0}
form,section{margin:1.5rem 0 0}
main>form:first-child,.wrong+form{margin-top:0}
section{border-top:1px solid color-mix(in srgb,var(--line) 45%,transparent);padding-top:1.25rem}
fieldset{border:0;margin:0 0 1.25rem;padding:0;min-width:0}
.field{margin:0 0 1.25rem}
label{font-weight:600}
.hint{color:var(--soft);font-size:.9375rem;margin:0 0 .375rem}
.error{color:var(--wrong);font-weight:600;margin:0 0 .375rem}
input[type=email],input[type=tel],textarea{display:block;width:100%;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:.5rem;padding:.625rem .75rem;min-height:2.75rem}
textarea{min-height:6.5rem;resize:vertical}
input[aria-invalid=true],textarea[aria-invalid=true]{border-color:var(--wrong);border-width:2px}
.tick{display:grid;grid-template-columns:auto 1fr;gap:.75rem;align-items:start;font-weight:400}
.tick input{width:1.5rem;height:1.5rem;margin:0;accent-color:var(--accent)}
.scale{display:grid;grid-template-columns:repeat(5,1fr);gap:.5rem}
.scale label{display:flex;flex-direction:column;align-items:center;gap:.375rem;padding:.625rem 0;border:1px solid var(--line);border-radius:.5rem;cursor:pointer}
.scale label:has(:checked){background:var(--tint);border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
.scale input{width:1.25rem;height:1.25rem;margin:0;accent-color:var(--accent)}
.ends{display:flex;justify-content:space-between;gap:1rem;color:var(--soft);font-size:.9375rem;margin:.375rem 0 0}
.only-heard{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
button{font:inherit;font-weight:650;color:var(--on);background:var(--accent);border:2px solid var(--accent);border-radius:.5rem;padding:.625rem 1.25rem;min-height:2.75rem;cursor:pointer}
button.second{color:var(--accent);background:transparent}
a{color:var(--accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.wrong{border:2px solid var(--wrong);border-radius:.5rem;padding:.75rem 1rem;margin:0 0 1.25rem}
.wrong h2{color:var(--wrong)}
.wrong ul{margin:0;padding-left:1.25rem}
.code{background:var(--tint);border-radius:.5rem;padding:1rem;text-align:center;font:700 1.75rem/1.2 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.18em}
.given{font-weight:600}
.facts{color:var(--soft);font-size:.9375rem}
@media print{.page{max-width:none}}
`.trim()

/**
 * What a browser may do with these pages: show them in their own style, and send their forms back here. No scripts, no
 * frames, nothing from elsewhere.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

function page(title: string, main: string, { organisation, team }: Asker, wrong = false): string {
  const who = [
    ...(organisation === undefined ? [] : [`<strong>${escaped(organisation)}</strong>`]),
    ...(team === undefined ? [] : [escaped(team)]),
  ].join(' · ')
  const named = [
    ...(wrong ? ['Not sent yet'] : []),
    title,
    ...(organisation === undefined ? [] : [organisation]),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no">
<title>${named.map(escaped).join(' · ')}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="page">
<header>${who === '' ? 'Your complaint' : who}</header>
<main>
${main}
</main>
</div>
</body>
</html>
`
}

/** What is wrong, above a form, with links to where; none where nothing is. */
function summary<Field extends string>(
  { errors }: Entered<Field>,
  places: Partial<Record<Field, string>> = {},
): string {
  const listed = (Object.entries(errors) as [Field, string][]).map(
    ([field, error]) => `<li><a href="#${places[field] ?? field}">${escaped(error)}</a></li>`,
  )
  return listed.length === 0
    ? ''
    : `<div class="wrong" role="alert"><h2>Please look at this again</h2><ul>${listed.join('')}</ul></div>`
}

/** What ties a field to its hint and its error, for who hears the page; the first that is wrong has the focus. */
function told<Field extends string>({ errors }: Entered<Field>, field: Field, hint: boolean): string {
  const ids = [...(hint ? [`${field}-hint`] : []), ...(errors[field] === undefined ? [] : [`${field}-error`])]
  const first = Object.keys(errors)[0] === field
  return [
    ...(ids.length === 0 ? [] : [`aria-describedby="${ids.join(' ')}"`]),
    ...(errors[field] === undefined ? [] : ['aria-invalid="true"']),
    ...(first ? ['autofocus'] : []),
  ].join(' ')
}

const error = <Field extends string>({ errors }: Entered<Field>, field: Field): string =>
  errors[field] === undefined ? '' : `<p class="error" id="${field}-error">${escaped(errors[field])}</p>`

const us = ({ organisation }: Asker): string => organisation ?? 'us'

/** A moment as customers read it, in the zone of those who work on it: `Tuesday, 24 November 2026 at 10:00 GMT`. */
export const moment = (at: Instant, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' },
  }).format(new Date(at))

const day = (at: Instant, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(
    new Date(at),
  )

const span = (days: number): string => {
  const [count, unit] = days % 365 === 0 ? [days / 365, 'year'] : [days, 'day']
  return count === 1 ? `a ${unit}` : `${count} ${unit}s`
}

export type ContactField = 'email' | 'phone' | 'consent'

/** What a form for an address says. */
export interface ContactAsking extends Asker {
  /** What the customer agrees to, in the policy's words. */
  readonly consentTo: string
  /** Tells these words from others: they may change while the form is open. */
  readonly wording: string
  /** Only the complainant got the link. */
  readonly private: boolean
  readonly expiresAt: Instant
  readonly timeZone: string
  /** Where a number is dialled that has no country code. */
  readonly country?: string | undefined
  /** Days after the closing when it is erased; undefined where the policy keeps it until somebody asks. */
  readonly erasedAfterDays?: number | undefined
}

export const NOTHING_ENTERED = { values: {}, errors: {} } as const

/** The form in which a customer says where to write to. */
export function contactForm(asking: ContactAsking, entered: Entered<ContactField> = NOTHING_ENTERED): string {
  const { values } = entered
  const input = (field: 'email' | 'phone', type: string, label: string, hint: string, more: string): string =>
    `<div class="field"><label for="${field}">${label}</label><p class="hint" id="${field}-hint">${escaped(hint)}</p>${error(entered, field)}<input type="${type}" id="${field}" name="${field}" value="${escaped(values[field] ?? '')}" autocomplete="${more}" ${told(entered, field, true)}></div>`
  const example =
    asking.country === undefined
      ? 'With + and the country code, like +44 7700 900123.'
      : 'A number of another country with + and its code.'
  const who = asking.organisation ?? 'We'
  const why = asking.private
    ? `${who} would like to write to you about your complaint outside of where you made it.`
    : `${who} would like to look into what you complained of in public, and to write to you about it where nobody else reads it.`
  return page(
    'How can we reach you?',
    `<h1>How can we reach you?</h1>
<p>${escaped(why)}</p>
<p>We never ask for passwords, PINs or card numbers here.</p>
${summary(entered)}<form method="post" novalidate>
<input type="hidden" name="wording" value="${escaped(asking.wording)}">
<fieldset><legend class="only-heard">Where we may write to</legend><p>Please give one of these, or both. Where there is an email address, we write there.</p>
${input('email', 'email', 'Email address', 'Like kim@example.org.', 'email')}
${input('phone', 'tel', 'Mobile phone number', example, 'tel')}</fieldset>
<div class="field">${error(entered, 'consent')}<label class="tick" for="consent"><input type="checkbox" id="consent" name="consent" value="yes"${values.consent === 'yes' ? ' checked' : ''} ${told(entered, 'consent', false)}><span>${escaped(asking.consentTo)}</span></label></div>
<button>Send</button>
</form>
<section><h2>What happens with it</h2>
<p>Those who work on your complaint use it to write to you about it. ${
      asking.private
        ? ''
        : 'As anybody can open this form, it is used only once you have shown that it is yours: the next page says how. '
    }${
      asking.erasedAfterDays === undefined
        ? 'It is kept with your complaint until you ask for it to be erased.'
        : `It is kept with your complaint, and erased ${span(asking.erasedAfterDays)} after that is closed, or before if you ask.`
    } You can take back what you agree to at any time: tell us where you complained.${
      asking.privacy === undefined
        ? ''
        : ` <a href="${escaped(asking.privacy)}" rel="noreferrer">How ${escaped(us(asking))} ${asking.organisation === undefined ? 'handle' : 'handles'} personal data</a>.`
    }</p>
<p>The form can be used until ${escaped(day(asking.expiresAt, asking.timeZone))}.</p></section>`,
    asking,
    Object.keys(entered.errors).length > 0,
  )
}

/** What somebody has given, as it was understood. */
export interface Given {
  readonly email?: string | undefined
  readonly phone?: string | undefined
}

const shown = ({ email, phone }: Given): string =>
  [email, phone]
    .filter((part) => part !== undefined)
    .map((part) => `<span class="given">${escaped(part)}</span>`)
    .join(' and ')

const AGAIN = '<p>Is something wrong in it? <a href="?">Fill in the form again</a>.</p>'

/** The customer alone had the form: it is done. */
export const contactTaken = (given: Given, asker: Asker): string =>
  page(
    'Thank you',
    `<h1>Thank you</h1>
<p>We can now reach you at ${shown(given)}. There is nothing more to do: you hear from us there.</p>
${AGAIN}`,
    asker,
  )

/** Anybody could have filled in the form: what shows that it was the customer. */
export const contactCode = (given: Given, code: string, asker: Asker): string =>
  page(
    'One more step',
    `<h1>One more step: show that it is you</h1>
<p>Anybody can open this form. So we use ${shown(given)} only once we know that you, who complained, gave it.</p>
<p>Write this code to us <strong>from the account that you complained with</strong>, as a reply to our message or as a message of your own to us. Nobody but you can do that.</p>
<p class="code">${escaped(code)}</p>
<p>It may stand where everybody reads it: it is of no use to others. Only ever write a code that you have read on this page yourself, never one that somebody else sends you.</p>
${AGAIN}`,
    asker,
  )

/** A page without a form: why there is none, and what to do. */
export interface Notice {
  readonly title: string
  readonly says: readonly string[]
}

export const NOTICES = {
  'wrong-link': {
    title: 'This link does not work',
    says: [
      'A part of it may have been lost on the way. Please open it from our message once more, or copy all of it.',
      'If that does not help, reply to our message, and we send you another.',
    ],
  },
  'not-in-use': {
    title: 'This form is no longer in use',
    says: [
      'We may have sent you a newer one: please use the newest.',
      'If you have none, write to us where you complained, and we go on from there.',
    ],
  },
  used: {
    title: 'This form has been used',
    says: [
      'We know where to write to.',
      'If that was not you, or your address has changed, tell us where you complained.',
    ],
  },
  expired: {
    title: 'This form has expired',
    says: ['Please write to us where you complained, and we send you another.'],
  },
  full: {
    title: 'This form has been filled in too often',
    says: [
      'Others may have found the link. Nothing that they entered is used.',
      'Please write to us where you complained, and we send you a form that you alone can open.',
    ],
  },
  'too-large': {
    title: 'That was too much',
    says: [`Nothing was sent. Please go back and write at most ${MOST_WORDS} characters.`],
  },
  'not-ours': {
    title: 'This was not sent by our form',
    says: ['Nothing was changed. Please open the link from our message, and use the form there.'],
  },
  busy: {
    title: 'Please try again in a moment',
    says: ['We could not take it just now, and nothing was changed. Please send it once more.'],
  },
  internal: {
    title: 'Something went wrong here',
    says: [
      'It is our fault, and we have been told. Please try again later, or write to us where you complained.',
    ],
  },
} as const satisfies Record<string, Notice>

export const noticePage = ({ title, says }: Notice, asker: Asker = {}): string =>
  page(
    title,
    `<h1>${escaped(title)}</h1>\n${says.map((line) => `<p>${escaped(line)}</p>`).join('\n')}`,
    asker,
  )

export type SurveyField = 'score' | 'text'

/** The words at the ends of the scale, and by what each choice is called where it is heard. */
const SCALE = ['1, not at all', '2', '3', '4', '5, entirely']

const words = (entered: Entered<SurveyField>, label: string, hint: string): string =>
  `<div class="field"><label for="text">${escaped(label)}</label><p class="hint" id="text-hint">${escaped(hint)}</p>${error(entered, 'text')}<textarea id="text" name="text" maxlength="${MOST_WORDS}" ${told(entered, 'text', true)}>\n${escaped(entered.values.text ?? '')}</textarea></div>`

/**
 * The one question, and room for words.
 *
 * @param over it is closed by now, and can be opened again.
 */
export function surveyForm(
  question: string,
  over: boolean,
  asker: Asker,
  entered: Entered<SurveyField> = NOTHING_ENTERED,
): string {
  const { values, errors } = entered
  const choices = SCALE.map((called, index) => {
    const score = String(index + 1)
    const first = index === 0 ? ` id="score"${Object.keys(errors)[0] === 'score' ? ' autofocus' : ''}` : ''
    const spoken = called === score ? '' : ` aria-label="${called}"`
    return `<label><input type="radio" name="score" value="${score}"${values.score === score ? ' checked' : ''}${first}${spoken}>${score}</label>`
  })
  const tied = errors.score === undefined ? '' : ' aria-describedby="score-error"'
  return page(
    question,
    `${summary(entered)}<form method="post" novalidate>
<fieldset${tied}><legend><h1>${escaped(question)}</h1></legend>
${error(entered, 'score')}<div class="scale">${choices.join('')}</div>
<div class="ends" aria-hidden="true"><span>Not at all</span><span>Entirely</span></div></fieldset>
${words(entered, 'Would you like to add anything?', `You need not. At most ${MOST_WORDS} characters; those who work on your complaint read it.`)}
<button>Send</button>
</form>
${over ? notSolved() : `<section><p class="facts">This is about the complaint that you made to ${escaped(us(asker))}. If it is not solved, say so, and we go on with it.</p></section>`}`,
    asker,
    Object.keys(errors).length > 0,
  )
}

/** It can be said at any time that it is not solved, whatever was said before. */
const notSolved = (entered?: Entered<SurveyField>): string =>
  `<section><h2>It is not solved after all?</h2>
<p>Say so at any time, and we open it again.</p>
<form method="post" novalidate><input type="hidden" name="score" value="1">
${entered === undefined ? '' : words(entered, 'What is not solved?', `You need not say. At most ${MOST_WORDS} characters.`)}
<button class="second">It is not solved after all</button></form></section>`

/** What a customer is told who has answered, or opens the link later. */
export type SurveyOutcome = 'thanks' | 'closed' | 'asked-anew'

const OUTCOMES: Readonly<Record<SurveyOutcome, Notice>> = {
  thanks: { title: 'Thank you for your answer', says: ['Those who worked on your complaint read it.'] },
  closed: { title: 'Thank you', says: ['We are glad to hear it. Your complaint is closed.'] },
  'asked-anew': {
    title: 'We have asked you again since',
    says: [
      'Please answer the newest message that we sent you. This link still tells us if it is not solved.',
    ],
  },
}

export function surveyDone(
  outcome: SurveyOutcome,
  asker: Asker,
  entered: Entered<SurveyField> = NOTHING_ENTERED,
): string {
  const { title, says } = OUTCOMES[outcome]
  return page(
    title,
    `${summary(entered)}<h1>${escaped(title)}</h1>
${says.map((line) => `<p>${escaped(line)}</p>`).join('\n')}
${notSolved(entered)}`,
    asker,
    Object.keys(entered.errors).length > 0,
  )
}

/**
 * It is open: by this answer, or already.
 *
 * @param by when the customer is to hear from us, where that is known, as they read it.
 */
export const openAgain = (by: string | undefined, asker: Asker): string =>
  page(
    'Your complaint is open again',
    `<h1>Your complaint is open again</h1>
<p>Somebody is looking at it. ${by === undefined ? 'You hear from us.' : `You hear from us by <strong>${escaped(by)}</strong>.`}</p>
<p>If you would like to add something, write to us where you complained.</p>`,
    asker,
  )
