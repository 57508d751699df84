import { NotFound } from '../ledger/ledger.ts'
import { currentPolicy, policyOf } from '../shared/policies.ts'
import { card } from '../slack/card.ts'
import { escaped } from '../slack/mrkdwn.ts'
import { actorOf, type Desk, maySee } from './desk.ts'
import type { Task } from './tasks.ts'

const HELP = [
  '`/complaint <id>` shows a complaint as it stands, with the buttons to act on it.',
  '`/complaint find <words>` looks for them in complaints that you may see; `find <id>` works as well.',
  '`/complaint mine` lists yours by next deadline, `/complaint open` those of your team.',
  '`/complaint next` shows the one that should be looked at first.',
  'To make a complaint of a message in Slack: its menu ⋮, then *Raise a complaint*.',
].join('\n')

const privately = (text: string) => ({ response_type: 'ephemeral', text })

/**
 * The answer to a slash command, seen by who typed it and by nobody else: what to say now, or what to do first.
 */
export async function command(
  form: URLSearchParams,
  desk: Pick<Desk, 'ledger'>,
): Promise<{ answer: object } | { task: Task }> {
  if (form.get('command') !== '/complaint') return { answer: privately(HELP) }
  // Copied from a card, an id may come with its backticks.
  const text = (form.get('text') ?? '').replaceAll('`', '').trim()
  const user = form.get('user_id') ?? ''
  const [, words = ''] = /^find\s+(.+)$/is.exec(text) ?? []
  const id = (words === '' ? text : words).toUpperCase()
  if (/^[0-9A-Z]{26}$/.test(id)) return { answer: await shown(id, user, desk) }
  const by = {
    user,
    channel: form.get('channel_id') ?? undefined,
    responseUrl: form.get('response_url') ?? undefined,
  }
  if (words !== '') return { task: { kind: 'list', by, listing: { find: words.slice(0, 200) } } }
  const listing = text.toLowerCase()
  if (listing !== 'mine' && listing !== 'open' && listing !== 'next') return { answer: privately(HELP) }
  return { task: { kind: 'list', by, listing } }
}

/** For who may not see it, there is none. */
async function shown(id: string, user: string, desk: Pick<Desk, 'ledger'>): Promise<object> {
  try {
    const complaint = await desk.ledger.load(id)
    const actor = actorOf(currentPolicy, user)
    if (maySee(actor, complaint)) {
      const shown = card(complaint, policyOf(complaint.policy), { team: actor.team })
      return { response_type: 'ephemeral', ...shown }
    }
  } catch (error) {
    if (!(error instanceof NotFound)) throw error
  }
  return privately(
    `There is no complaint \`${escaped(id, 40)}\` that you may see. \`/complaint help\` says what else there is.`,
  )
}
