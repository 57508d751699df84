import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, SlackFailure, slackClient } from '../../functions/slack/client.ts'
import { FakeSlack, type Fault } from './fake-slack.ts'

let slack: FakeSlack

beforeAll(async () => {
  slack = await FakeSlack.start()
})
afterAll(() => slack.stop())
beforeEach(() => slack.reset())

const fail = async (fault: Fault): Promise<SlackFailure> => {
  slack.faults = () => fault
  const call = slackClient('xoxb-test', 2000, slack.apiUrl).chat.postMessage({
    channel: 'support',
    text: 'Hello',
  })
  return ask(call).then(
    () => {
      throw new Error('It succeeded')
    },
    (error: unknown) => error as SlackFailure,
  )
}

describe('A call that Slack does not answer as hoped', () => {
  it.each<[Fault, Partial<SlackFailure>]>([
    [
      { kind: 'rate-limited', retryAfter: 17 },
      { kind: 'rate-limited', retryAfterSeconds: 17, mayHaveHappened: false },
    ],
    [
      { kind: 'error', code: 'ratelimited' },
      { kind: 'rate-limited', retryAfterSeconds: 30, mayHaveHappened: false },
    ],
    [
      { kind: 'error', code: 'channel_not_found' },
      { kind: 'permanent', code: 'channel_not_found', mayHaveHappened: false },
    ],
    [
      { kind: 'error', code: 'invalid_auth' },
      { kind: 'permanent', code: 'invalid_auth', mayHaveHappened: false },
    ],
    [
      { kind: 'error', code: 'internal_error' },
      { kind: 'retryable', mayHaveHappened: true },
    ],
    [{ kind: 'down' }, { kind: 'retryable', code: 'http_503', mayHaveHappened: true }],
    [{ kind: 'answer-lost' }, { kind: 'retryable', code: 'no_answer', mayHaveHappened: true }],
  ])('%j is told as what it is, after a single try', async (fault, told) => {
    const failure = await fail(fault)
    expect(failure).toBeInstanceOf(SlackFailure)
    expect(failure).toMatchObject(told)
    expect(slack.calls).toHaveLength(1)
  })

  it('does not carry the token in its words', async () => {
    const failure = await fail({ kind: 'error', code: 'invalid_auth' })
    expect(JSON.stringify([failure.message, failure.stack, failure])).not.toContain('xoxb')
  })
})
