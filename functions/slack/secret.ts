import * as z from 'zod'

/** What the Slack secret holds; the rest of Slack's credentials is not needed. */
export const SlackSecret = z.object({ signingSecret: z.string().min(1), botToken: z.string().min(1) })
