import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
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

function read(file: string): LabelledReply[] {
  const found: (LabelledReply & { context: { issues: unknown[]; promises: unknown[] } })[] = []
  const recent: string[] = []
  for (const [index, line] of readFileSync(join(FOLDER, file), 'utf8').trimEnd().split('\n').entries()) {
    const [, mark = '', rest = ''] = /^(?: {2})?(\S+) (.*)$/.exec(line) ?? []
    const [, where = '', text = ''] = /^([xrmes]) \| (.+)$/.exec(rest) ?? []
    const context = found.at(-1)?.context as Record<string, unknown> | undefined
    if (line === '') continue
    if (mark === '=') recent.push(rest)
    else if (mark === '?') {
      const issues = context?.issues as unknown[]
      issues.push({ id: `i${issues.length + 1}`, text: rest })
    } else if (mark === '!') {
      const [, dueAt, what] = /^(\S+) (.+)$/.exec(rest) ?? []
      ;(context?.promises as unknown[]).push({ dueAt, text: what })
    } else if (mark === 'w' && context !== undefined) context.replyWindowClosesAt = rest
    else {
      const rules = mark === '-' ? [] : [...mark].map((letter) => LETTERS[letter])
      const channel = CHANNELS[where]
      if (channel === undefined || rules.includes(undefined)) throw new Error(`${file}: no reply: ${line}`)
      found.push({
        name: `${file.replace('.txt', '')}:${index + 1}`,
        draft: { text: text.replaceAll('\\n', '\n'), ...channel },
        context: { now: NOW, timeZone: 'Europe/London', issues: [], promises: [], recent, own: [] },
        rules: rules as GuardRule[],
      })
    }
  }
  return found
}

const ALL = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.txt'))
  .sort()
  .flatMap(read)

/** Which part a reply is in is up to its words alone, and was settled before any of them was judged. */
const isHeldOut = ({ draft }: LabelledReply): boolean =>
  (createHash('sha256').update(draft.text).digest()[0] ?? 0) < 115

export const DEVELOPMENT = ALL.filter((reply) => !isHeldOut(reply))
export const HELD_OUT = ALL.filter(isHeldOut)

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
    const [wanted, found, right] = [count((is) => is), count((_, is) => is), count((a, b) => a && b)]
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

/** The rates of both parts, as the table of docs/replies.md. */
export function table(): string {
  const percent = (share: number): string => `${Math.round(share * 100)}%`
  const held = ratesOf(HELD_OUT)
  const rows = ratesOf(DEVELOPMENT).map(({ rule, precision, recall, wanted }, at) => {
    const other = held[at] as Rate
    return `| ${rule} | ${wanted} | ${percent(precision)} | ${percent(recall)} | ${other.wanted} | ${percent(other.precision)} | ${percent(other.recall)} |`
  })
  return [
    '| rule | development | precision | recall | held out | precision | recall |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')
}
