import type { KnownBlock, ModalView } from '@slack/types'
import { beforeEach, describe, expect, it } from 'vitest'
import { card } from '../../functions/slack/card.ts'
import { replyTo } from '../../functions/slack/replies.ts'
import { bea, COMPLAINT_ID, sam } from '../support/complaints.ts'
import { policy } from './complaints.ts'
import { bodyOf, form, NOW, post, slack, stage, story, workerWorks } from './desk-stage.ts'

/* What staff do about what is written to a customer, by the very forms and buttons that Slack is given. */

interface View extends Pick<ModalView, 'blocks' | 'callback_id' | 'private_metadata'> {
  readonly title: { readonly text: string }
  readonly submit?: { readonly text: string }
  readonly id: string
  readonly previous?: string | undefined
}

let views = 0
/** The view that Slack was last asked to show; one that is updated keeps its id. */
function shown(): View {
  const calls = slack.calls.filter(({ method }) => method.startsWith('views.'))
  const last = calls.at(-1)
  if (last === undefined) throw new Error('No view was shown')
  return { ...JSON.parse(last.form.view ?? ''), id: last.form.view_id ?? `V${++views}` }
}

interface Loose {
  readonly type: string
  readonly block_id?: string
  readonly accessory?: Loose
  readonly elements?: readonly Loose[]
  readonly element?: {
    readonly initial_value?: string
    readonly initial_option?: { readonly value: string }
    readonly initial_date_time?: number
  }
  readonly action_id?: string
  readonly value?: string
  readonly text?: { readonly text: string }
}

const loose = (blocks: readonly unknown[]) => blocks as readonly Loose[]

/** A button by its action, and where several have it by the block that it is in. */
function buttonIn(blocks: readonly unknown[], action: string, block?: string): Loose {
  const found = loose(blocks)
    .filter(({ block_id }) => block === undefined || block_id === block)
    .flatMap(({ accessory, elements = [] }) => [accessory, ...elements])
    .find((element) => element?.action_id === action)
  if (found === undefined) throw new Error(`There is no button ${action}`)
  return found
}

const offers = (blocks: readonly unknown[], action: string): boolean =>
  JSON.stringify(blocks).includes(`"action_id":"${action}"`)

let triggers = 0
/** Somebody presses a button: of a card, or in a view. */
const presses = (
  user: string,
  { action_id, value }: Loose,
  view?: Pick<View, 'id' | 'callback_id' | 'previous'>,
) =>
  post({
    body: form({
      type: 'block_actions',
      user: { id: user },
      trigger_id: `writing-${++triggers}`,
      ...(view === undefined
        ? { channel: { id: 'C0SUPPORT00' }, response_url: `${slack.origin}/response` }
        : { view: { id: view.id, callback_id: view.callback_id, previous_view_id: view.previous ?? null } }),
      actions: [{ action_id, value }],
    }),
  })

/** Somebody fills in a form, leaving the rest as it is, and submits it. @returns what Slack is answered */
async function submits(
  user: string,
  view: View,
  fields: Record<string, string> = {},
  more: { arrivedAt?: number } = {},
): Promise<Record<string, unknown> | undefined> {
  const values = Object.fromEntries(
    loose(view.blocks).flatMap(({ type, block_id = '', element }) => {
      if (type !== 'input' || element === undefined) return []
      const entered = fields[block_id]
      const { type: kind } = element as { type?: string }
      const state =
        kind === 'plain_text_input'
          ? { value: entered ?? element.initial_value ?? null }
          : kind === 'datetimepicker'
            ? { selected_date_time: entered === undefined ? element.initial_date_time : Number(entered) }
            : { selected_option: entered === undefined ? element.initial_option : { value: entered } }
      return [[block_id, { [block_id]: state }]]
    }),
  )
  const { id, callback_id, private_metadata, previous = null } = view
  const result = await post({
    ...more,
    body: form({
      type: 'view_submission',
      user: { id: user },
      view: { id, previous_view_id: previous, callback_id, private_metadata, state: { values } },
    }),
  })
  expect(result.statusCode).toBe(200)
  return result.body === '' ? undefined : bodyOf(result)
}

/** The view that a form was answered with, in its place. */
const inPlace = (of: View, answer: Record<string, unknown> | undefined): View => {
  expect(answer).toMatchObject({ response_action: 'update' })
  return { ...(answer?.view as View), id: of.id, previous: of.previous }
}

const cardFor = (team?: string) => card(story.state, policy, { team }).blocks
const happened = (from: number) => story.events.slice(from).map(({ type }) => type)
const words = (view: { readonly blocks: readonly unknown[] }) => JSON.stringify(view.blocks)
const replies = () => story.state.replies.map(({ id, state }) => [id, state])
const told = () => JSON.stringify([...slack.responses, ...slack.called('chat.postMessage')])

const SAM = 'U0SAM'
const BEA = 'U0BEA'
const PRIYA = 'U0PRIYA0000'

/** Sam writes to the customer by the card's button. */
async function writes(text: string, fields: Record<string, string> = {}) {
  await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
  const view = shown()
  return { view, answer: await submits(SAM, view, { text, ...fields }) }
}

/** The same, of something that the guard holds back: what Sam sees then. */
async function isHeld(text: string): Promise<View> {
  const { view, answer } = await writes(text)
  return inPlace(view, answer)
}

const BOUNCE = 'Please ring our helpline about your bill.'
const PERSONAL = 'Your bill went to 07700 900123.'
const PROMISE = 'Your bill was wrong. We will refund you by Friday.'

beforeEach(() => {
  story.does('2026-11-23T09:05:00Z', { type: 'acknowledge' })
})

describe('Writing to the customer', () => {
  it('says where it goes and what is still to answer, and sends what nothing speaks against', async () => {
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The engineer was rude' })
    story.does('2026-11-23T09:07:00Z', { type: 'add-issue', text: 'My bill is too high' })
    story.does('2026-11-23T09:08:00Z', { type: 'answer-issue', id: 'i2', answer: 'A meter was misread' })
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    const view = shown()
    expect(view.title.text).toBe('Write to the customer')
    for (const part of [
      'My bill is wrong',
      '*Still to answer*\\n:white_large_square: The engineer was rude',
      '*What was found out*\\n:white_check_mark: My bill is too high: A meter was misread',
      'In public, as an answer on the web site',
      'In private, as a message on the web site',
    ])
      expect(words(view)).toContain(part)
    const from = story.events.length
    const answer = await submits(SAM, view, { text: 'We are sorry that the engineer was rude.' })
    expect(answer).toBeUndefined()
    expect(happened(from)).toEqual(['reply-drafted', 'reply-released'])
    expect(story.events.at(-2)).toMatchObject({ public: true, actor: 'sam', via: 'slack' })
    expect(words({ blocks: cardFor('support') })).toContain(':outgoing_envelope: On its way since')
  })

  it('in private goes to the address that the customer gave, which is the choice then', async () => {
    await writes('We see to your bill.', { where: 'private' })
    expect(story.state.replies).toMatchObject([{ public: false, channel: 'web' }])
    const ask = story.does('2026-11-23T09:10:00Z', { type: 'ask-contact', private: true })[0]
    const by = { id: 'source:form' }
    const consent = 'yes'
    story.send('2026-11-23T09:11:00Z', {
      type: 'give-contact',
      id: ask?.type === 'contact-asked' ? ask.id : '',
      email: 'kim@example.org',
      consent,
      code: 'X',
      by,
    })
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    expect(words(shown())).toContain('In private, to the address that the customer gave')
    expect(words(shown())).toContain('k•••@example.org')
    await submits(SAM, shown(), { text: 'We see to your bill.' })
    expect(story.state.replies.at(-1)).toMatchObject({ public: false, channel: 'email', to: 'contact' })
  })

  it('of what was written in private has no choice to make', async () => {
    const { message } = story.state
    Object.assign(message, { public: false, channel: 'email' })
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    expect(words(shown())).not.toContain('"where"')
    expect(words(shown())).toContain('It goes in private, by email, where the customer wrote.')
  })

  it('shows what the customer wrote last', async () => {
    story.send('2026-11-23T09:20:00Z', {
      type: 'join',
      message: { ...story.state.message, messageId: 'message-2', text: 'And nobody calls me back' },
      tie: 'customer',
      rule: 'same customer',
      by: { id: 'source:web' },
    })
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    expect(words(shown())).toContain('And nobody calls me back')
  })

  it('asks again, with all that was written, where somebody else wrote meanwhile', async () => {
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    const view = shown()
    story.does(
      '2026-11-23T09:20:00Z',
      { type: 'draft-reply', text: 'Your bill is put right.' },
      { id: 'priya', team: 'support' },
    )
    const from = story.events.length
    const again = inPlace(
      view,
      await submits(SAM, view, { text: 'We look into your bill.', where: 'private' }),
    )
    expect(happened(from)).toEqual([])
    expect(words(again)).toContain('While you wrote, Priya wrote a reply')
    expect(words(again)).toContain('"initial_value":"We look into your bill."')
    expect(await submits(SAM, again)).toBeUndefined()
    expect(happened(from)).toEqual(['reply-drafted', 'reply-released'])
    expect(story.state.replies.at(-1)).toMatchObject({ public: false })
  })
})

describe('A reply that the guard holds back', () => {
  it('is shown at once with each rule, its words, its reason and what the policy makes of it', async () => {
    const from = story.events.length
    const held = await isHeld(`${BOUNCE} ${PERSONAL}`)
    expect(happened(from)).toEqual(['reply-drafted'])
    expect(held.title.text).toBe('Held back: not sent')
    for (const part of [
      'The guard found 2 things',
      ':warning: *Sends the customer elsewhere* “ring our helpline”',
      'a warning: you decide',
      ':no_entry: *Personal data in public* “••••123”',
      'A phone number would be public',
      'blocked by the policy: it goes out only with a reason',
      'waits for the agreement of a team lead',
    ])
      expect(words(held)).toContain(part)
  })

  it('goes out anyway with a reason where it is blocked, and waits for whoever has to agree', async () => {
    const held = await isHeld(PERSONAL)
    expect(await submits(SAM, held, {})).toEqual({
      response_action: 'errors',
      errors: { reason: expect.stringContaining('personal-data') },
    })
    const from = story.events.length
    const waits = inPlace(held, await submits(SAM, held, { reason: 'It is our own number' }))
    expect(happened(from)).toEqual(['guard-overridden', 'reply-approval-asked'])
    expect(words(waits)).toContain('a team lead has to agree first, and Priya is asked')
    expect(waits.submit).toBeUndefined()
  })

  it('goes out anyway without a reason where it is only warned of', async () => {
    const held = await isHeld(BOUNCE)
    await submits(SAM, held, {})
    expect(story.events.at(-2)).toMatchObject({ type: 'guard-overridden', rules: ['bounce'] })
  })

  it('is changed in the same view, with the text kept; the old one goes once the new one is there', async () => {
    const held = await isHeld(BOUNCE)
    const [old] = story.state.replies
    await presses(SAM, buttonIn(held.blocks, 'change-reply'), held)
    expect(slack.called('views.update')).toHaveLength(1)
    const changing = shown()
    expect(changing.id).toBe(held.id)
    expect(words(changing)).toContain(`"initial_value":"${BOUNCE}"`)
    const from = story.events.length
    expect(await submits(SAM, changing, { text: 'We put your bill right.' })).toBeUndefined()
    expect(happened(from)).toEqual(['reply-drafted', 'reply-released', 'reply-discarded'])
    expect(story.events.at(-1)).toMatchObject({ id: old?.id, reason: 'written anew' })
  })

  it('can be changed to something that is held back again, and again', async () => {
    let held = await isHeld(BOUNCE)
    for (const text of ['Please ring our helpline now.', 'Please visit our shop.']) {
      await presses(SAM, buttonIn(held.blocks, 'change-reply'), held)
      const changing = shown()
      held = inPlace(changing, await submits(SAM, changing, { text }))
      expect(words(held)).toContain('Sends the customer elsewhere')
    }
    expect(replies().map(([, state]) => state)).toEqual(['discarded', 'discarded', 'held'])
  })

  it('is not lost, nor sent twice, where the change is interrupted between the new draft and the old', async () => {
    const held = await isHeld(BOUNCE)
    await presses(SAM, buttonIn(held.blocks, 'change-reply'), held)
    const changing = shown()
    const broken = Object.assign(new Error('Throttled'), { name: 'ThrottlingException' })
    stage.breaksAfter = { commands: 1, error: broken }
    await submits(SAM, changing, { text: 'We put your bill right.' })
    expect(replies().map(([, state]) => state)).toEqual(['held', 'sending'])
    stage.breaksAfter = undefined
    expect(await workerWorks()).toBe(1)
    expect(replies().map(([, state]) => state)).toEqual(['discarded', 'sending'])
  })

  it('whose promise is recorded, with the words and the day that the guard read, has nothing against it any more', async () => {
    const held = await isHeld(PROMISE)
    expect(words(held)).toContain('*A promise that is not recorded* “')
    await presses(SAM, buttonIn(held.blocks, 'record-promise'), held)
    expect(slack.called('views.push')).toHaveLength(1)
    const promising = { ...shown(), previous: held.id }
    expect(promising.callback_id).toBe('promise')
    expect(words(promising)).toContain('refund you by Friday')
    await submits(SAM, promising)
    expect(story.state.promises).toMatchObject([{ state: 'open', dueAt: '2026-11-27T23:59:59Z' }])
    // The view below shows it.
    const below = shown()
    expect(below.id).toBe(held.id)
    expect(words(below)).toContain('Nothing speaks against it any more')
    expect(below.submit?.text).toBe('Send it')
    expect(words({ blocks: cardFor('support') })).not.toContain('A promise that is not recorded')
    const from = story.events.length
    expect(await submits(SAM, below)).toBeUndefined()
    expect(happened(from)).toEqual(['reply-released'])
  })

  it('is discarded, and the view says so', async () => {
    const held = await isHeld(BOUNCE)
    await presses(SAM, buttonIn(held.blocks, 'discard-reply'), held)
    expect(story.state.replies).toMatchObject([{ state: 'discarded' }])
    expect(words(shown())).toContain('nothing of it goes out')
    expect(shown().id).toBe(held.id)
  })

  it('stands on the card with its findings and its buttons, by which it goes on whenever somebody likes', async () => {
    await isHeld(BOUNCE)
    await isHeld('Please visit our shop instead.')
    const [first, second] = story.state.replies
    const blocks = cardFor('support')
    expect(words({ blocks })).toContain(
      '*Held back, not sent*: Sam’s reply, in public, as an answer on the web site',
    )
    expect(words({ blocks })).toContain(':warning: *Sends the customer elsewhere*')
    await presses(PRIYA, buttonIn(blocks, 'send-reply', `reply-${second?.id}`))
    const sending = shown()
    expect(words(sending)).toContain('visit our shop')
    await submits(PRIYA, sending, {})
    await presses(PRIYA, buttonIn(blocks, 'discard-reply', `reply-${first?.id}`))
    expect(replies().map(([, state]) => state)).toEqual(['discarded', 'waiting'])
  })

  it('pressed late, says what has become of it, and changes nothing', async () => {
    await isHeld(BOUNCE)
    const blocks = cardFor('support')
    await presses(SAM, buttonIn(blocks, 'discard-reply'))
    const from = story.events.length
    for (const action of ['send-reply', 'change-reply', 'discard-reply'])
      await presses(PRIYA, buttonIn(blocks, action))
    expect(happened(from)).toEqual([])
    expect(slack.responses.slice(-3)).toEqual(
      Array(3).fill(
        expect.objectContaining({ text: expect.stringContaining('That reply is discarded by now') }),
      ),
    )
  })

  it('that came to be only after Slack had its answer is told to its writer, with the same buttons', async () => {
    await presses(SAM, buttonIn(cardFor('support'), 'draft-reply'))
    const answer = await submits(SAM, shown(), { text: BOUNCE }, { arrivedAt: Date.now() - 2500 })
    expect(answer).toBeUndefined()
    await workerWorks()
    expect(slack.called('chat.postMessage')).toMatchObject([{ channel: SAM }])
    const { blocks = '[]' } = slack.called('chat.postMessage')[0] ?? {}
    await presses(SAM, buttonIn(JSON.parse(blocks) as KnownBlock[], 'discard-reply'))
    expect(story.state.replies).toMatchObject([{ state: 'discarded' }])
  })

  it('refused once its form is closed is not lost: what was written is told back', async () => {
    const held = await isHeld(BOUNCE)
    await presses(SAM, buttonIn(held.blocks, 'change-reply'), held)
    const changing = shown()
    story.does(NOW, { type: 'discard-reply' })
    await submits(SAM, changing, { text: 'We put your bill right.' }, { arrivedAt: Date.now() - 2500 })
    await workerWorks()
    expect(told()).toContain('is discarded by now')
    expect(told()).toContain('We put your bill right.')
  })
})

describe('A reply that waits for somebody to agree', () => {
  const waits = async (text: string) => {
    const held = await isHeld(text)
    await submits(SAM, held, { reason: 'They asked for it' })
    return story.state.replies.at(-1)?.id ?? ''
  }

  it('shows who wrote it, what was found, why it is to go, and who has to agree', async () => {
    await waits(BOUNCE)
    for (const part of [
      '*Waits for the agreement of a team lead* (Priya is asked): Sam’s reply',
      'Sam sends it in spite of what was found: They asked for it',
      BOUNCE,
      ':warning: *Sends the customer elsewhere*',
    ])
      expect(words({ blocks: cardFor('support') })).toContain(part)
  })

  it('is approved by a press, but not of whoever wrote it; of several each by its own', async () => {
    const first = await waits(BOUNCE)
    const second = await waits('Please visit our shop.')
    const blocks = cardFor('support')
    await presses(SAM, buttonIn(blocks, 'approve-reply', `reply-${first}`))
    expect(told()).toContain('sam wrote it: somebody else has to agree')
    await presses(PRIYA, buttonIn(blocks, 'approve-reply', `reply-${second}`))
    expect(replies()).toEqual([
      [first, 'waiting'],
      [second, 'sending'],
    ])
    await presses(PRIYA, buttonIn(blocks, 'approve-reply', `reply-${second}`))
    expect(told()).toContain('That reply is sending by now')
  })

  it('is refused with a reason, which calls its writer, who can write it again with the text kept', async () => {
    const id = await waits(BOUNCE)
    await presses(PRIYA, buttonIn(cardFor('support'), 'refuse-reply'))
    expect(words(shown())).toContain(BOUNCE)
    await submits(PRIYA, shown(), { reason: 'Say what we do ourselves' })
    const refused = story.events.at(-1)
    expect(refused).toMatchObject({ type: 'reply-refused', id, actor: 'priya' })
    expect(refused && replyTo(refused, story.state, policy)?.people).toEqual(['sam'])
    const blocks = cardFor('support')
    expect(words({ blocks })).toContain('*Refused by Priya*')
    expect(words({ blocks })).toContain('Say what we do ourselves')
    await presses(SAM, buttonIn(blocks, 'change-reply'))
    expect(words(shown())).toContain(`"initial_value":"${BOUNCE}"`)
    expect(await submits(SAM, shown(), { text: 'We put your bill right.' })).toBeUndefined()
    expect(replies().map(([, state]) => state)).toEqual(['refused', 'sending'])
  })
})

describe('A reply that did not arrive', () => {
  const fails = async () => {
    await writes('We put your bill right.')
    const id = story.state.replies.at(-1)?.id ?? ''
    story.send(NOW, { type: 'record-failed', id, reason: 'The account is private', by: { id: 'source:x' } })
    return id
  }

  it('says why, and is written again with what it said', async () => {
    const id = await fails()
    const blocks = cardFor('support')
    expect(words({ blocks })).toContain(':red_circle: *Did not arrive*: Sam’s reply')
    expect(words({ blocks })).toContain('Why: The account is private')
    await presses(SAM, buttonIn(blocks, 'change-reply'))
    expect(words(shown())).toContain('"initial_value":"We put your bill right."')
    await submits(SAM, shown())
    expect(replies()).toEqual([
      [id, 'discarded'],
      [expect.any(String), 'sending'],
    ])
  })

  it('is answered for by a press, after a question', async () => {
    await fails()
    const discard = buttonIn(cardFor('support'), 'discard-reply')
    expect(discard).toHaveProperty('confirm')
    await presses(SAM, discard)
    expect(story.state.replies).toMatchObject([{ state: 'discarded' }])
  })

  it('once it has arrived is a line', async () => {
    await writes('We put your bill right.')
    const id = story.state.replies.at(-1)?.id ?? ''
    const by = { id: 'source:x' }
    story.send(NOW, { type: 'record-sent', id, platform: 'x', reference: 'post:1', reports: true, by })
    expect(words({ blocks: cardFor('support') })).toContain('not known to have arrived: Sam’s reply')
    story.send(NOW, { type: 'record-delivered', id, by })
    const blocks = cardFor('support')
    expect(words({ blocks })).toContain(':mailbox_with_mail: Arrived')
    expect(offers(blocks, 'change-reply')).toBe(false)
  })
})

describe('An issue that another team is asked about', () => {
  beforeEach(() => {
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The bill is too high' })
    story.does('2026-11-23T09:07:00Z', { type: 'add-issue', text: 'Nobody calls back' })
  })
  const asks = (id: string, toTeam: string) =>
    story.does('2026-11-23T09:10:00Z', { type: 'hand-off-issue', id, toTeam, reason: 'Please check' })

  it('is asked by a form, and the card says of whom, until when, and who has it', async () => {
    await presses(SAM, {
      type: 'overflow',
      action_id: 'hand-off-issue',
      value: JSON.stringify({ complaintId: COMPLAINT_ID }),
    })
    await submits(SAM, shown(), { id: 'i1', toTeam: 'billing', reason: 'Please check the meter' })
    expect(story.state.issues[0]?.handoff).toMatchObject({ toTeam: 'billing', by: 'sam' })
    const due = story.timer('accept-handoff:i1').dueAt
    expect(words({ blocks: cardFor('support') })).toContain(
      `The bill is too high · Billing is asked, waiting until <!date^${Date.parse(due) / 1000}^`,
    )
    expect(offers(cardFor('support'), 'accept-issue')).toBe(false)
    await presses(BEA, buttonIn(cardFor('billing'), 'accept-issue'))
    expect(words({ blocks: cardFor('support') })).toContain('· with Billing, Bea has it')
  })

  it('has the asked team see it first, with what it can do about it and nothing that it would be refused', async () => {
    asks('i1', 'billing')
    asks('i2', 'social')
    const { text, blocks } = card(story.state, policy, { team: 'billing' })
    expect(text).toContain('Issue for Billing')
    expect(words({ blocks })).toContain('*Billing is asked:* The bill is too high')
    expect(words({ blocks })).toContain('Sam asks, <!date')
    for (const action of ['resolve', 'draft-reply', 'promise', 'take', 'pause', 'more'])
      expect(offers(blocks, action)).toBe(false)
    const from = story.events.length
    // Who presses all the same, on a card of another team, is told.
    await presses(BEA, buttonIn(cardFor('support'), 'resolve'))
    await presses(BEA, buttonIn(cardFor('support'), 'draft-reply'))
    expect(happened(from)).toEqual([])
    expect(slack.called('views.open')).toEqual([])
    expect(told()).toContain('billing has an issue of this complaint, not the complaint')
  })

  it('is answered by a press and a form, of several the one that was pressed; the owner is called', async () => {
    asks('i1', 'billing')
    asks('i2', 'billing')
    await presses(BEA, buttonIn(cardFor('billing'), 'answer-issue', 'issue-i2'))
    expect(words(shown())).toContain('Nobody calls back')
    expect(words(shown())).toContain('Sam asks')
    await submits(BEA, shown(), { answer: 'We did, twice' })
    expect(story.state.issues).toMatchObject([
      { state: 'open' },
      { state: 'answered', answer: 'We did, twice' },
    ])
    const answered = story.events.at(-1)
    expect(answered && replyTo(answered, story.state, policy)).toMatchObject({
      people: ['sam'],
      text: expect.stringContaining('<@U0SAM>, please go on from there'),
    })
    expect(words({ blocks: cardFor('support') })).toContain('Nobody calls back: We did, twice')
  })

  it('is returned with a reason, or taken back by its owner', async () => {
    asks('i1', 'billing')
    await presses(BEA, buttonIn(cardFor('billing'), 'return-issue'))
    await submits(BEA, shown(), { reason: 'Not ours' })
    const returned = story.events.at(-1)
    expect(returned).toMatchObject({ type: 'issue-returned', actor: 'bea' })
    expect(returned && replyTo(returned, story.state, policy)?.people).toEqual(['sam'])
    expect(words({ blocks: cardFor('billing') })).toContain('nothing is asked of Billing any more')
    expect(offers(cardFor('billing'), 'note')).toBe(false)
    asks('i1', 'social')
    await presses(SAM, {
      type: 'overflow',
      action_id: 'return-issue',
      value: JSON.stringify({ complaintId: COMPLAINT_ID }),
    })
    await submits(SAM, shown(), { reason: 'Found out ourselves' })
    const taken = story.events.at(-1)
    expect(taken).toMatchObject({ type: 'issue-returned', team: 'social' })
    expect(taken && replyTo(taken, story.state, policy)?.people).toEqual([])
  })

  it('pressed late, where it was returned and asked anew, is not what the press was about', async () => {
    asks('i1', 'billing')
    const seen = cardFor('billing')
    story.does('2026-11-23T09:12:00Z', { type: 'return-issue', id: 'i1', reason: 'Which meter?' }, bea)
    story.does(
      '2026-11-23T09:13:00Z',
      { type: 'hand-off-issue', id: 'i1', toTeam: 'billing', reason: 'The gas' },
      sam,
    )
    const from = story.events.length
    for (const action of ['accept-issue', 'answer-issue', 'return-issue'])
      await presses(BEA, buttonIn(seen, action))
    expect(happened(from)).toEqual([])
    expect(slack.responses).toHaveLength(3)
    expect(told()).toContain('has moved on')
    await presses(BEA, buttonIn(cardFor('billing'), 'accept-issue'))
    expect(story.state.issues[0]?.handoff).toMatchObject({ person: 'bea' })
  })
})

describe('Promises', () => {
  it('stand on the card with when they are due and what they are worth, and can be given up with a reason', async () => {
    story.does('2026-11-23T09:10:00Z', {
      type: 'promise',
      text: 'A refund',
      due: '2026-11-27T12:00:00Z',
      worth: { amount: 2000, currency: 'GBP' },
    })
    story.does('2026-11-23T09:11:00Z', { type: 'promise', text: 'A call', due: '2026-11-25T12:00:00Z' })
    expect(words({ blocks: cardFor('support') })).toMatch(
      /\*Promises\*\\n:white_large_square: by <[^>]*>: A call\\n:white_large_square: by <[^>]*>, £20.00: A refund/,
    )
    await presses(SAM, {
      type: 'overflow',
      action_id: 'break-promise',
      value: JSON.stringify({ complaintId: COMPLAINT_ID }),
    })
    expect(await submits(SAM, shown(), { id: 'none', reason: 'x' })).toMatchObject({
      response_action: 'errors',
      errors: { id: expect.any(String) },
    })
    const [refund] = story.state.promises
    await submits(SAM, shown(), { id: refund?.id ?? '', reason: 'It was paid before' })
    expect(words({ blocks: cardFor('support') })).toContain(':broken_heart: will not be kept')
    expect(words({ blocks: cardFor('support') })).toContain('Why: It was paid before')
  })
})

describe('Where to write in private', () => {
  const open = (action: string) =>
    presses(SAM, {
      type: 'overflow',
      action_id: action,
      value: JSON.stringify({ complaintId: COMPLAINT_ID }),
    })
  const given = (email: string, at = '2026-11-23T09:20:00Z') =>
    story.send(at, {
      type: 'give-contact',
      id: story.state.contact?.ask ?? '',
      email,
      phone: '07700 900123',
      consent: 'yes',
      code: 'K7QP',
      by: { id: 'source:form' },
    })

  it('is asked once whoever asks has seen what the customer is sent', async () => {
    await open('ask-contact')
    for (const part of [
      'Please tell us here how to reach you in private',
      '[a link to our form]',
      'You may use what I give here',
      'good for 14 days',
    ])
      expect(words(shown())).toContain(part)
    const from = story.events.length
    await submits(SAM, shown(), { where: 'private' })
    expect(happened(from)).toEqual(['contact-asked', 'reply-drafted', 'reply-released'])
    expect(story.events.at(from)).toMatchObject({ private: true })
    expect(words({ blocks: cardFor('support') })).toContain('*Private address:* asked for <!date')
  })

  it('is confirmed by who has made sure, with a reason, and shown masked with how it is known', async () => {
    story.does('2026-11-23T09:10:00Z', { type: 'ask-contact' })
    given('kim@example.org')
    const shownGiven = words({ blocks: cardFor('support') })
    expect(shownGiven).toContain('*Private address:* k•••@example.org, ••••123, given')
    expect(shownGiven).toContain('Not known yet to be the customer’s')
    await open('confirm-identity')
    expect(words(shown())).toContain('k•••@example.org')
    await submits(SAM, shown(), {
      id: story.state.contact?.given[0]?.id ?? '',
      reason: 'They rang and named their order',
    })
    expect(words({ blocks: cardFor('support') })).toContain('The customer’s: a colleague has made sure')
  })

  it('is not confirmed by a form that was opened for another address', async () => {
    story.does('2026-11-23T09:10:00Z', { type: 'ask-contact' })
    given('kim@example.org')
    await open('confirm-identity')
    const view = shown()
    story.does('2026-11-23T09:25:00Z', { type: 'ask-contact' })
    given('evil@example.org', '2026-11-23T09:26:00Z')
    const answer = inPlace(view, await submits(SAM, view, { id: 'g3', reason: 'They rang' }))
    expect(words(answer)).toContain('has moved on')
    expect(story.state.contact?.matched).toBeUndefined()
  })

  it('is not offered where the policy has no words to ask with', () => {
    const { contact: _, ...replies } = policy.replies ?? {}
    const silent = { ...policy, replies }
    const all = card(story.state, silent, { offering: 'everything' })
    expect(offers(all.blocks, 'ask-contact')).toBe(false)
    expect(offers(card(story.state, policy, { offering: 'everything' }).blocks, 'ask-contact')).toBe(true)
  })
})

describe('How the customer found it', () => {
  it('stands on the card', () => {
    story.does('2026-11-23T09:10:00Z', { type: 'resolve', summary: 'Put right' })
    expect(words({ blocks: cardFor('support') })).toContain('*Survey:* asked how they found it')
    const id = story.state.survey?.id ?? ''
    story.send(NOW, { type: 'answer-survey', id, score: 2, by: { id: 'source:form' } })
    expect(words({ blocks: cardFor('support') })).toContain('*Survey:* :star::star: 2 of 5')
  })
})

describe('The App Home', () => {
  const opens = async (user: string) => {
    const event = { type: 'app_home_opened', user, tab: 'home' }
    const body = JSON.stringify({ type: 'event_callback', event_id: `Ev${++triggers}`, event })
    await post({ path: '/slack/events', body, type: 'application/json', base64: false })
    await workerWorks()
    return slack.called('views.publish').at(-1)?.view ?? ''
  }

  it('begins with what waits for whoever opens it: to agree to, to decide, to put right, to answer', async () => {
    expect(await opens(SAM)).not.toContain('Waiting for you')
    story.does('2026-11-23T09:06:00Z', { type: 'add-issue', text: 'The meter' })
    story.does('2026-11-23T09:07:00Z', {
      type: 'hand-off-issue',
      id: 'i1',
      toTeam: 'billing',
      reason: 'Please',
    })
    await submits(SAM, await isHeld(BOUNCE), {})
    expect(await opens('U0PRIYA')).toContain('*A reply waits for your agreement* · Support · Sam wrote it')
    expect(await opens(SAM)).not.toContain('Waiting for you')
    await isHeld('Please visit our shop.')
    expect(await opens(SAM)).toContain('*A reply is held back* · Support')
    expect(await opens(BEA)).toContain('*Billing is asked* · Sam')
    expect(await opens(BEA)).not.toContain('held back')
  })
})

describe('What was said elsewhere', () => {
  it('is told with what it promises and nobody has recorded', () => {
    const said = (text: string) => {
      story.does('2026-11-23T09:20:00Z', { type: 'reply', text })
      const replied = story.events.at(-1)
      return replied && replyTo(replied, story.state, policy)?.text
    }
    expect(said('It is mended')).toBe(':outgoing_envelope: Sam answered: It is mended')
    expect(said('We will call you on Monday. Thanks!')).toContain(
      '\n:warning: *A promise that is not recorded* “We will call you on Monday”',
    )
  })
})
