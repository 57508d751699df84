import { RAISE } from '../../../functions/slack/raise.ts'

/** The app's shortcuts on a message, which Slack keeps in the app's settings. */
export const SHORTCUTS: readonly { readonly callback: string; readonly name: string }[] = [
  { callback: RAISE, name: 'Raise a complaint' },
]
