import { NotFound } from '../ledger/ledger.ts'
import { policyOf } from '../shared/policies.ts'
import { card } from '../slack/card.ts'
import { escaped } from '../slack/mrkdwn.ts'
import type { Desk } from './interactions.ts'

const HELP = 'Use `/complaint <id>` to see a complaint as it stands, with the buttons to act on it.'

const privately = (text: string) => ({ response_type: 'ephemeral', text })

/** The answer to a slash command, seen by who typed it and by nobody else. */
export async function command(form: URLSearchParams, desk: Desk): Promise<object> {
  // Copied from a card, an id may come with its backticks.
  const id = (form.get('text') ?? '').replaceAll('`', '').trim().toUpperCase()
  if (form.get('command') !== '/complaint' || !/^[0-9A-Z]{26}$/.test(id)) return privately(HELP)
  try {
    const complaint = await desk.ledger.load(id)
    return { response_type: 'ephemeral', ...card(complaint, policyOf(complaint.policy)) }
  } catch (error) {
    if (error instanceof NotFound) return privately(`There is no complaint \`${escaped(id, 40)}\`. ${HELP}`)
    throw error
  }
}
