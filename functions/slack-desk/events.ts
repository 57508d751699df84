import * as z from 'zod'
import type { Task } from './tasks.ts'

const Challenge = z.object({ type: z.literal('url_verification'), challenge: z.string().max(1000) })

const Told = z.object({
  type: z.literal('event_callback'),
  event_id: z.string().max(100),
  event: z.discriminatedUnion('type', [
    z.object({ type: z.literal('app_home_opened'), user: z.string(), tab: z.string().optional() }),
    z.object({
      type: z.literal('user_change'),
      user: z.object({ id: z.string(), deleted: z.boolean().optional() }),
    }),
  ]),
})

/**
 * What comes of an event that Slack tells of: what to answer, or what to do; undefined for one that does not concern us.
 * Slack tells an event again, up to three times, where it got no answer: the task is the same each time.
 */
export function received(body: unknown): { answer: object } | { task: Task } | undefined {
  const challenge = Challenge.safeParse(body)
  // Slack checks the address once, with a challenge to repeat.
  if (challenge.success) return { answer: { challenge: challenge.data.challenge } }
  const told = Told.safeParse(body)
  if (!told.success) return undefined
  const { event_id: asked, event } = told.data
  if (event.type === 'app_home_opened')
    return event.tab === 'messages' ? undefined : { task: { kind: 'home', asked, user: event.user } }
  return event.user.deleted === true ? { task: { kind: 'left', asked, user: event.user.id } } : undefined
}
