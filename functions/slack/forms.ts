import type { KnownBlock } from '@slack/types'
import type { Complaint } from '../domain/complaint.ts'
import type { Action } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import { masked } from '../domain/personal-data.ts'
import type { Policy } from '../domain/policy.ts'
import type { Submission } from './fields.ts'

/** What a view carries through Slack and back; the same as a button does. */
export interface Origin {
  readonly complaintId: string
  readonly expects?: number | undefined
  /** The reply or the issue that it is about; of a draft the reply whose place it takes. */
  readonly id?: string | undefined
  /** Of a draft: the version of the complaint that its writer was looking at. */
  readonly seen?: number | undefined
  /** Of a promise that a held reply makes: that reply, whose view lies below. */
  readonly reply?: string | undefined
}

/** What a form is made of beside the complaint. */
export interface Making extends Pick<Origin, 'id' | 'reply'> {
  readonly now?: Instant | undefined
  /** The team of whoever fills it in; undefined for who may speak for any. */
  readonly team?: string | undefined
  /** What is in the field already. */
  readonly text?: string | undefined
  readonly due?: Instant | undefined
  /** Of a draft: whether it is for everybody to read. */
  readonly public?: boolean | undefined
  /** What the customer wrote last, where that is not what the complaint began with. */
  readonly lastly?: { readonly text: string; readonly at: Instant } | undefined
  /** What whoever fills it in has to know first, as markup. */
  readonly notice?: string | undefined
}

export interface Modal {
  readonly title: string
  readonly submit: string | ((complaint: Complaint, policy: Policy, making: Making) => string)
  readonly close?: string
  readonly blocks: (complaint: Complaint, policy: Policy, making: Making) => KnownBlock[]
  /**
   * @param names of the fields that were there
   * @param id of what it is about, where the form did not ask
   */
  readonly parse: (field: Field, names: readonly string[], id: string | undefined) => Submission
}

export type Field = (name: string) => string

/**
 * A form whose fields are all that its action takes.
 *
 * @param required what to say where a field was left empty. The id may have come with the form.
 */
export const form = (
  title: string,
  submit: string,
  blocks: Modal['blocks'],
  required: Readonly<Record<string, string>>,
  action: (field: Field) => Action,
): Modal => ({
  title,
  submit,
  blocks,
  parse: (entered, _, id) => {
    const field: Field = (name) => (name === 'id' && id !== undefined ? id : entered(name))
    const errors = Object.fromEntries(Object.entries(required).filter(([name]) => field(name) === ''))
    return Object.keys(errors).length > 0 ? { errors } : { action: action(field) }
  },
})

export const optional = (text: string): string | undefined => (text === '' ? undefined : text)

export const SAY_WHY = { reason: 'Say why' }

/** An option's text: on one line, and without what Slack should not have. */
export const glance = (text: string): string => masked(text).replace(/\s+/g, ' ').trim()
