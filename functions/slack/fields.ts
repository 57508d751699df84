import type { InputBlock, PlainTextElement } from '@slack/types'
import type { Action } from '../domain/decide.ts'
import { epochSeconds, type Instant } from '../domain/instant.ts'

/** What somebody entered, by block and element, as Slack sends it. */
export type ViewState = Readonly<Record<string, Readonly<Record<string, Entered>>>>

interface Entered {
  readonly value?: string | null | undefined
  readonly selected_option?: { readonly value: string } | null | undefined
  readonly selected_options?: readonly { readonly value: string }[] | undefined
  /** Seconds since 1970. */
  readonly selected_date_time?: number | null | undefined
}

/** The action that a view asks for, or what is wrong with which of its fields. */
export type Submission = { readonly action: Action } | { readonly errors: Readonly<Record<string, string>> }

/** Slack's limit of most labels. */
export const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text: text.slice(0, 75) })

const LONGEST = 2000

interface More {
  readonly hint?: string | undefined
  readonly optional?: boolean | undefined
  readonly initial?: string | undefined
  readonly longest?: number | undefined
  readonly placeholder?: string | undefined
}

/** A field of several lines. Each field is a block with one element, by the same name. */
export const lines = (
  block_id: string,
  label: string,
  { hint, optional = false, initial = '', longest = LONGEST, placeholder }: More = {},
): InputBlock => ({
  type: 'input',
  block_id,
  label: plain(label),
  optional,
  ...(hint === undefined ? {} : { hint: plain(hint) }),
  element: {
    type: 'plain_text_input',
    action_id: block_id,
    multiline: true,
    max_length: longest,
    ...(initial === '' ? {} : { initial_value: initial }),
    ...(placeholder === undefined ? {} : { placeholder: plain(placeholder) }),
  },
})

/** A field of one line, which may stay empty. */
export const line = (block_id: string, label: string, placeholder: string): InputBlock => ({
  type: 'input',
  block_id,
  label: plain(label),
  optional: true,
  element: {
    type: 'plain_text_input',
    action_id: block_id,
    max_length: 300,
    placeholder: plain(placeholder),
  },
})

/** Slack takes no choice of nothing; what is chosen here, the core refuses. */
const NOTHING = ['none', 'There is none'] as const

/** One of up to a hundred. */
export const choice = (
  block_id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  { optional = false, initial }: { optional?: boolean; initial?: string | undefined } = {},
): InputBlock => {
  const shown = (options.length === 0 ? [NOTHING] : options.slice(0, 100)).map(([value, text]) => ({
    value,
    text: plain(text),
  }))
  const chosen = shown.find(({ value }) => value === initial)
  return {
    type: 'input',
    block_id,
    label: plain(label),
    optional,
    element: {
      type: 'static_select',
      action_id: block_id,
      options: shown,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  }
}

/** One of two or three, all of them in sight, with what each means. */
export const radio = (
  block_id: string,
  label: string,
  options: readonly (readonly [value: string, text: string, description: string])[],
  initial: string,
): InputBlock => {
  const shown = options.map(([value, text, description]) => ({
    value,
    text: plain(text),
    description: plain(description),
  }))
  const chosen = shown.find(({ value }) => value === initial)
  return {
    type: 'input',
    block_id,
    label: plain(label),
    element: {
      type: 'radio_buttons',
      action_id: block_id,
      options: shown,
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  }
}

/** A moment; each reader enters it in their own time zone. */
export const moment = (block_id: string, label: string, initial?: Instant): InputBlock => ({
  type: 'input',
  block_id,
  label: plain(label),
  element: {
    type: 'datetimepicker',
    action_id: block_id,
    ...(initial === undefined ? {} : { initial_date_time: epochSeconds(initial) }),
  },
})

/** What was entered into a field, as text; empty where nothing was. A moment is seconds since 1970. */
export function valueIn(state: ViewState, name: string): string {
  const element = state[name]?.[name]
  const entered = element?.selected_option?.value ?? element?.value ?? element?.selected_date_time ?? ''
  return String(entered).trim().toWellFormed()
}
