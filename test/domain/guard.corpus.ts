import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Draft, type GuardContext, guard } from '../../functions/domain/guard.ts'
import { GUARD_RULES, type GuardRule } from '../../functions/domain/guard-rules.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/replies')

export interface LabelledReply {
  /** `retail:12`: the file and its line. */
  readonly name: string
  readonly draft: Draft
  readonly context: GuardContext
  readonly rules: readonly GuardRule[]
}

const LETTERS: Readonly<Record<string, GuardRule>> = {
  B: 'bounce',
  S: 'stock-answer',
  U: 'unanswered-issue',
  D: 'personal-data',
  A: 'abuse',
  P: 'promise-not-recorded',
  W: 'outside-reply-window',
}
const CHANNELS: Readonly<Record<string, Pick<Draft, 'channel' | 'public'>>> = {
  x: { channel: 'x', public: true },
  r: { channel: 'reviews', public: true },
  m: { channel: 'message', public: false },
  e: { channel: 'email', public: false },
  s: { channel: 'sms', public: false },
}

/** A Friday. */
export const NOW = '2026-11-20T10:00:00Z'

interface Reading {
  readonly name: string
  readonly draft: Draft
  readonly rules: readonly GuardRule[]
  readonly issues: { readonly id: string; readonly text: string }[]
  readonly promises: { readonly text: string; readonly dueAt: string }[]
  replyWindowClosesAt?: string
}

/**
 * A file of replies: `=` what other customers were lately sent; then one a line, the letters of the rules that should find
 * something in it, or a hyphen, where it goes, and its words; below it an open issue (`?`), a recorded promise (`!`) or
 * the end of the reply window (`w`).
 */
function read(file: string): LabelledReply[] {
  const found: Reading[] = []
  const recent: string[] = []
  for (const [index, line] of readFileSync(join(FOLDER, file), 'utf8').split('\n').entries()) {
    const [, mark = '', rest = ''] = /^(?: {2})?(\S+) (.*)$/.exec(line) ?? []
    const [, first = '', others = ''] = /^(\S+) (.+)$/.exec(rest) ?? []
    const last = found.at(-1)
    if (line === '') continue
    if (mark === '=') recent.push(rest)
    else if (mark === '?') last?.issues.push({ id: `i${last.issues.length + 1}`, text: rest })
    else if (mark === '!') last?.promises.push({ dueAt: first, text: others })
    else if (mark === 'w' && last !== undefined) last.replyWindowClosesAt = rest
    else {
      const rules = mark === '-' ? [] : [...mark].map((letter) => LETTERS[letter])
      const channel = CHANNELS[first]
      if (channel === undefined || !others.startsWith('| ') || rules.includes(undefined)) {
        throw new Error(`${file}: no labelled reply: ${line}`)
      }
      found.push({
        name: `${file.replace('.txt', '')}:${index + 1}`,
        draft: { text: others.slice(2).replaceAll('\\n', '\n'), ...channel },
        rules: rules as GuardRule[],
        issues: [],
        promises: [],
      })
    }
  }
  return found.map(({ name, draft, rules, issues, promises, replyWindowClosesAt }) => ({
    name,
    draft,
    rules,
    context: { now: NOW, timeZone: 'Europe/London', issues, promises, recent, replyWindowClosesAt },
  }))
}

/** Written by somebody who had not seen the rules; nothing is to be changed by what they make of it. */
const UNSEEN = 'blind.txt'
const ALL = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.txt') && file !== UNSEEN)
  .sort()
  .flatMap(read)

/** The rules were changed by all of these, after they had shown what the rules were worth. */
const OPEN = /^(?:other|afterwards|still-more):/
/** How many of 256 replies of a file are held out. */
const heldOutOf = (name: string): number => (OPEN.test(name) ? 0 : name.startsWith('more:') ? 85 : 115)
/** Which part a reply is in is up to its words alone, and was settled before any of them was judged. */
const isHeldOut = ({ name, draft }: LabelledReply): boolean =>
  (createHash('sha256').update(draft.text).digest()[0] ?? 0) < heldOutOf(name)

export const DEVELOPMENT = ALL.filter((reply) => !isHeldOut(reply))
export const HELD_OUT = ALL.filter(isHeldOut)
export const BLIND = existsSync(join(FOLDER, UNSEEN)) ? read(UNSEEN) : []

export interface Rate {
  readonly rule: string
  /** How many replies the rule should find, finds, and finds rightly. */
  readonly wanted: number
  readonly found: number
  readonly right: number
  readonly precision: number
  readonly recall: number
}

const findsIn = ({ draft, context }: LabelledReply): Set<GuardRule> =>
  new Set(guard(draft, context).map(({ rule }) => rule))

/** How often the guard says of labelled replies what the label says, by rule and over all. */
export function ratesOf(replies: readonly LabelledReply[]): Rate[] {
  const results = replies.map((reply) => ({ wanted: new Set(reply.rules), found: findsIn(reply) }))
  const rate = (rule: string, rules: readonly GuardRule[]): Rate => {
    const count = (holds: (wanted: boolean, found: boolean) => boolean): number =>
      results.reduce(
        (sum, { wanted, found }) =>
          sum + rules.filter((one) => holds(wanted.has(one), found.has(one))).length,
        0,
      )
    const wanted = count((is) => is)
    const found = count((_, is) => is)
    const right = count((is, isToo) => is && isToo)
    return {
      rule,
      wanted,
      found,
      right,
      precision: right / Math.max(1, found),
      recall: right / Math.max(1, wanted),
    }
  }
  return [...GUARD_RULES.map((rule) => rate(rule, [rule])), rate('all', GUARD_RULES)]
}

/** The replies that the guard judges otherwise than their labels. */
export const mistakesIn = (replies: readonly LabelledReply[]): string[] =>
  replies.flatMap((reply) => {
    const found = guard(reply.draft, reply.context)
    const missed = reply.rules.filter((wanted) => !found.some(({ rule }) => rule === wanted))
    const wrong = found.filter(({ rule }) => !reply.rules.includes(rule))
    return [
      ...missed.map((rule) => `${reply.name} missed ${rule}: ${reply.draft.text}`),
      ...wrong.map(({ rule, words }) => `${reply.name} wrong ${rule} (${words}): ${reply.draft.text}`),
    ]
  })

/** The rates of all parts, as the table of docs/replies.md: how many there are, precision, recall. */
export function table(): string {
  const percent = (share: number): string => `${Math.round(share * 100)}%`
  const cells = ({ wanted, precision, recall }: Rate): string =>
    wanted === 0 ? '– | – | –' : `${wanted} | ${percent(precision)} | ${percent(recall)}`
  const [development, ...others] = [DEVELOPMENT, HELD_OUT, BLIND].map(ratesOf)
  return [
    '| rule | development | precision | recall | held out | precision | recall | blind | precision | recall |',
    `|---|${'---|'.repeat(9)}`,
    ...(development ?? []).map(
      (rate, at) =>
        `| ${[`\`${rate.rule}\``, ...[rate, ...others.map((rates) => rates[at] as Rate)].map(cells)].join(' | ')} |`,
    ),
  ].join('\n')
}
