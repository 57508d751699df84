import { abuses } from './abuses.ts'
import { bounces } from './bounces.ts'
import type { Calendar } from './calendar.ts'
import {
  ALL_ISSUES,
  EMPTY_WORDS,
  GUARD_RULES,
  type GuardRule,
  IN_HAND,
  PUT_RIGHT,
  REQUESTS,
} from './guard-rules.ts'
import type { Instant } from './instant.ts'
import { contentOf, stem } from './meaning.ts'
import { findPersonalData } from './personal-data.ts'
import { type Word, wordsIn } from './phrases.ts'
import { bare, has, MOST_WORDS, phrases } from './spans.ts'
import { promisesNotRecorded } from './undertakings.ts'

/** A reply that nobody has sent yet. */
export interface Draft {
  readonly text: string
  /** Whoever comes by can read it. */
  readonly public: boolean
  /** Where it is to go: `email`, `x`, `whatsapp`, … */
  readonly channel: string
}

/** What the draft is judged by. All of it may be left out but the time. */
export interface GuardContext {
  readonly now: Instant
  /** The zone that "tomorrow" and "Monday" are in, an IANA name; UTC where it is not given, or there is none of it. */
  readonly timeZone?: string | undefined
  /** Whose working days count; without one, Monday to Friday. */
  readonly calendar?: Calendar | undefined
  /** The issues that nobody has answered or declined. */
  readonly issues?: readonly { readonly id: string; readonly text: string }[] | undefined
  /** The promises that are recorded and open. */
  readonly promises?: readonly { readonly text: string; readonly dueAt: Instant }[] | undefined
  /** What other customers were lately sent. */
  readonly recent?: readonly string[] | undefined
  /** When the channel takes no more replies. */
  readonly replyWindowClosesAt?: Instant | undefined
  /** Our own handles, addresses and numbers, which are no secret. */
  readonly own?: readonly string[] | undefined
}

/** What is wrong with a draft, and which words say so. */
export interface Finding {
  readonly rule: GuardRule
  /** At most 120 characters of them, exactly as they stand; none where no words are to blame. */
  readonly words: string
  /** Where they begin, in UTF-16 code units. */
  readonly at: number
  /** They stand in the issue, of which the draft has none; otherwise in the draft. */
  readonly in?: 'issue'
  /** One sentence for whoever wrote it. */
  readonly reason: string
  /** Of `unanswered-issue`: its id. */
  readonly issue?: string
  /** Of `stock-answer`: which of the recent replies it is like, and how much of it is in there, in per cent. */
  readonly like?: { readonly recent: number; readonly percent: number }
  /** Of `promise-not-recorded`: what could be recorded; `dueAt` where the words say when. */
  readonly promise?: { readonly text: string; readonly dueAt?: Instant }
}

/**
 * Everything that is wrong with a reply before it is sent, in the order of its words. It reads English. It suggests; what
 * follows from it, `verdict` says. Never throws, and takes time in proportion to the length of what it is given.
 */
export function guard(draft: Draft, context: GuardContext): Finding[] {
  const words = wordsIn(draft.text)
  const told = [...bounces(draft, words, context), ...abuses(draft.text, words)]
  return [
    ...told,
    ...stockAnswers(draft.text, context.recent ?? []),
    ...unansweredIssues(words, draft.text, context.issues ?? []),
    ...(draft.public ? personalData(draft.text, context.own ?? []) : []),
    ...promisesNotRecorded(draft, words, context, told),
    ...outsideReplyWindow(context),
  ].sort(
    (a, b) =>
      a.at - b.at ||
      GUARD_RULES.indexOf(a.rule) - GUARD_RULES.indexOf(b.rule) ||
      (a.issue ?? '').localeCompare(b.issue ?? '', 'en') ||
      (a.words < b.words ? -1 : a.words > b.words ? 1 : 0),
  )
}

// Stock answers

/** How many words make a shingle, and how many shingles a reply must have to be told from others. */
const SHINGLE = 3
const FEWEST_SHINGLES = 5
const ALIKE = 0.6
const MOST_RECENT = 500

interface Shingled {
  readonly all: ReadonlySet<string>
  /** Each with where its words stand. */
  readonly placed: readonly { readonly shingle: string; readonly at: number; readonly end: number }[]
}

const GREETING = /^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening))\b[^,!.\n]{0,40}[,!.\n]?/i

/** The runs of three words of a reply, without what differs from customer to customer: greeting, names, numbers. */
function shingled(text: string): Shingled {
  const from = (/^(?:@\w+\s+)+/.exec(text)?.[0] ?? '').length
  const start = from + (GREETING.exec(text.slice(from, from + 80))?.[0] ?? '').length
  const words = wordsIn(text).filter(({ at }) => at >= start)
  const plain = words.map(({ plain: word, exact, after }) =>
    /\d/.test(word)
      ? '#'
      : after === 'word' && /^\p{Lu}\p{Ll}/u.test(exact) && !EMPTY_WORDS.has(word)
        ? '@'
        : stem(word),
  )
  const placed = words.slice(SHINGLE - 1).map((last, at) => ({
    shingle: plain.slice(at, at + SHINGLE).join(' '),
    at: (words[at] as Word).at,
    end: last.end,
  }))
  return { all: new Set(placed.map(({ shingle }) => shingle)), placed }
}

function stockAnswers(text: string, recent: readonly string[]): Finding[] {
  if (recent.length === 0) return []
  const draft = shingled(text)
  if (draft.all.size < FEWEST_SHINGLES) return []
  let most: { readonly recent: number; readonly alike: number; readonly other: Shingled } | undefined
  for (const [at, other] of recent.slice(0, MOST_RECENT).entries()) {
    const there = shingled(other)
    const shared = [...draft.all].filter((shingle) => there.all.has(shingle)).length
    const contained = shared / draft.all.size
    // A short reply within a long one, or most of both.
    const alike = Math.max(contained, shared / Math.max(1, draft.all.size + there.all.size - shared))
    if (most === undefined || alike > most.alike) most = { recent: at, alike, other: there }
  }
  if (most === undefined || most.alike < ALIKE) return []
  const percent = Math.floor(most.alike * 100)
  return [
    {
      rule: 'stock-answer',
      ...longestRun(text, draft, most.other),
      reason: `${percent}% of this is in a reply that another customer got: say what was found out, and done, about this complaint.`,
      like: { recent: most.recent, percent },
    },
  ]
}

function longestRun(text: string, { placed }: Shingled, other: Shingled): { words: string; at: number } {
  let [at, end, from] = [0, 0, 0]
  for (const [index, { shingle, end: to }] of placed.entries()) {
    if (!other.all.has(shingle)) from = index + 1
    else if (to - (placed[from]?.at ?? 0) > end - at) [at, end] = [placed[from]?.at ?? 0, to]
  }
  return { words: text.slice(at, Math.min(end, at + MOST_WORDS)), at }
}

// Unanswered issues

const requestsFor = phrases(REQUESTS)
const inHandFor = phrases(IN_HAND)
const allIssuesFor = phrases(ALL_ISSUES)
const putRightFor = phrases(PUT_RIGHT)
const ANYTHING_ELSE = /(?:anything|something) else[^?]*\?/gi
/** A longer reply that also asks something is an answer. */
const FEWEST_WORDS_OF_AN_ANSWER = 40
const MOST_ISSUES = 100

function unansweredIssues(
  words: readonly Word[],
  text: string,
  issues: readonly { readonly id: string; readonly text: string }[],
): Finding[] {
  if (issues.length === 0 || has(allIssuesFor, words)) return []
  const asks = has(requestsFor, words) || text.replace(ANYTHING_ELSE, '').includes('?')
  if (asks && words.length < FEWEST_WORDS_OF_AN_ANSWER) return []
  const said = contentOf(words)
  const wanted = issues
    .slice(0, MOST_ISSUES)
    .map((issue) => ({ issue, about: contentOf(wordsIn(issue.text)) }))
  const unsaid = wanted.filter(({ about }) => about.size > 0 && ![...about].some((key) => said.has(key)))
  if (unsaid.length === wanted.length) {
    if (has(inHandFor, words)) return []
    if (issues.length === 1 && has(putRightFor, words)) return []
  }
  return unsaid.map(({ issue }) => ({
    rule: 'unanswered-issue',
    words: issue.text.slice(0, MOST_WORDS),
    at: 0,
    in: 'issue',
    reason: 'The reply says nothing of this issue: answer it, or say why you do not.',
    issue: issue.id,
  }))
}

// Personal data in public

/** Numbers that are nobody's own (Ofcom's 03 and 08 ranges), and addresses that are an office's. */
const OF_AN_OFFICE =
  /^(?:(?:\+?44|0)\s?\(?0?\)?[38]\d|(?:help|support|info|care|service|contact|complaints?|hello|feedback|customer[\w.-]*|enquir(?:y|ies)|trees|lettings)@)/i

function personalData(text: string, own: readonly string[]): Finding[] {
  const ours = new Set(own.map(bare))
  return findPersonalData(text).flatMap(({ kind, at, length }): Finding[] => {
    const words = text.slice(at, at + length)
    if (ours.has(bare(words))) return []
    if ((kind === 'phone number' || kind === 'email address') && OF_AN_OFFICE.test(words)) return []
    const article = /^[aeiou]/i.test(kind) ? 'An' : 'A'
    return [
      {
        rule: 'personal-data',
        words: words.slice(0, MOST_WORDS),
        at,
        reason: `${article} ${kind} would be public: take it out, or write in private.`,
      },
    ]
  })
}

// The reply window

function outsideReplyWindow({ now, replyWindowClosesAt }: GuardContext): Finding[] {
  if (replyWindowClosesAt === undefined || now < replyWindowClosesAt) return []
  return [
    {
      rule: 'outside-reply-window',
      words: '',
      at: 0,
      reason: `The channel took replies until ${replyWindowClosesAt}: write to the customer in another way that they have used.`,
    },
  ]
}

// What follows from it

export type GuardEffect = 'off' | 'warn' | 'block'

/** What a policy says of each rule; for some channels, something else. */
export interface GuardSetting {
  readonly rules?: { readonly [rule in GuardRule]?: GuardEffect | undefined } | undefined
  readonly channels?:
    | Readonly<Record<string, { readonly [rule in GuardRule]?: GuardEffect | undefined }>>
    | undefined
}

/** What holds where a policy says nothing of a rule: what can't be taken back is blocked. */
export const DEFAULT_EFFECTS: Readonly<Record<GuardRule, GuardEffect>> = {
  bounce: 'warn',
  'stock-answer': 'warn',
  'unanswered-issue': 'warn',
  'personal-data': 'block',
  abuse: 'warn',
  'promise-not-recorded': 'warn',
  'outside-reply-window': 'block',
}

export interface Verdict {
  /** The worst that any finding does. */
  readonly outcome: 'pass' | 'warn' | 'block'
  /** Those that do something, each with what. */
  readonly findings: readonly (Finding & { readonly effect: 'warn' | 'block' })[]
}

/** What becomes of a draft with these findings: the channel's setting first, then the policy's, then `DEFAULT_EFFECTS`. */
export function verdict(
  findings: readonly Finding[],
  { rules = {}, channels = {} }: GuardSetting,
  channel: string,
): Verdict {
  const here = Object.hasOwn(channels, channel) ? (channels[channel] ?? {}) : {}
  const judged = findings.flatMap((finding) => {
    const effect = here[finding.rule] ?? rules[finding.rule] ?? DEFAULT_EFFECTS[finding.rule]
    return effect === 'off' ? [] : [{ ...finding, effect }]
  })
  const outcome = judged.some(({ effect }) => effect === 'block')
    ? 'block'
    : judged.length > 0
      ? 'warn'
      : 'pass'
  return { outcome, findings: judged }
}
