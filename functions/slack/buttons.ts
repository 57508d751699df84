import type { Button } from '@slack/types'
import type { Complaint } from '../domain/complaint.ts'
import { type ActionType, expectedSeq } from '../domain/decide.ts'
import { plain } from './fields.ts'

/** What shows a complaint with a button for everything that can be done about it. */
export const SHOW = 'show'

/** What opens the form to write a reply anew, with what it says now. */
export const CHANGE = 'change-reply'

/** What opens the form of a promise that a held reply makes and nobody has recorded. */
export const RECORD = 'record-promise'

/** Asked before something that cannot be undone. */
interface Confirming {
  readonly title: string
  readonly text: string
  readonly confirm: string
}

/**
 * What a button carries: the complaint, the fact it answers (see `expectedSeq`), and which of several it is about.
 *
 * @param id of the reply or the issue.
 */
export const buttonValue = (complaint: Complaint, action: ActionType | typeof CHANGE, id?: string): string =>
  JSON.stringify({
    complaintId: complaint.id,
    ...(id === undefined ? {} : { id }),
    expects: action === CHANGE ? undefined : expectedSeq(complaint, action, id),
  })

/** A button for an action. @param id of the reply or the issue that it is about */
export const button = (
  complaint: Complaint,
  action: ActionType | typeof CHANGE,
  label: string,
  { id, style, confirm }: { id?: string; style?: Button['style']; confirm?: Confirming } = {},
): Button => ({
  type: 'button',
  action_id: action,
  text: { type: 'plain_text', text: label },
  value: buttonValue(complaint, action, id),
  ...(style === undefined ? {} : { style }),
  ...(confirm === undefined
    ? {}
    : {
        confirm: {
          title: plain(confirm.title),
          text: plain(confirm.text),
          confirm: plain(confirm.confirm),
          deny: plain('Go back'),
        },
      }),
})
