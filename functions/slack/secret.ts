import * as z from 'zod'

/** As Slack makes them, and rather longer than what could be guessed. */
const signingSecret = z.string().min(16)

/**
 * What the Slack secret holds; the rest of Slack's credentials is not needed. While one signing secret replaces another
 * it is a list of both, newest first.
 */
export const SlackSecret = z.object({
  signingSecret: z.union([signingSecret, z.array(signingSecret)]),
  botToken: z.string().min(1),
})
