import { describe, expect, it } from 'vitest'
import { chosenIn, elementOf, stateOf, withBlockIds } from '../../infra/local/interactions.ts'

const options = [{ value: 'a', text: { type: 'plain_text', text: 'A' } }, { value: 'b' }]
const blocks = [
  { type: 'section', accessory: { type: 'overflow', action_id: 'more', options } },
  { type: 'actions', elements: [{ type: 'button', action_id: 'open', value: 'first' }] },
  { type: 'actions', block_id: 'second', elements: [{ type: 'button', action_id: 'open', value: 'second' }] },
  { type: 'input', block_id: 'when', element: { type: 'datetimepicker', action_id: 'at' } },
  { type: 'input', block_id: 'which', element: { type: 'checkboxes', action_id: 'of', options } },
]

describe('What stands in for Slack', () => {
  it('finds an element in any kind of block, and by its block where several have it', () => {
    expect(elementOf(blocks, 'more')).toMatchObject({ type: 'overflow', block_id: 'block-0' })
    expect(elementOf(blocks, 'open')).toMatchObject({ value: 'first' })
    expect(elementOf(blocks, 'open', 'second')).toMatchObject({ value: 'second' })
    expect(elementOf(blocks, 'gone')).toBeUndefined()
  })

  it('gives an id to blocks that have none, and the others keep theirs', () => {
    const ids = withBlockIds(blocks).map((block) => (block as { block_id?: string }).block_id)
    expect(ids).toEqual(['block-0', 'block-1', 'second', 'when', 'which'])
  })

  it('says what was chosen in Slack’s words for the element’s type', () => {
    const select = { type: 'static_select', options }
    expect(chosenIn(select, { value: 'a' })).toEqual({ type: 'static_select', selected_option: options[0] })
    expect(chosenIn({ type: 'users_select' }, { value: 'U1' })).toMatchObject({ selected_user: 'U1' })
    expect(chosenIn({ type: 'datepicker' }, { value: '2026-11-23' })).toMatchObject({
      selected_date: '2026-11-23',
    })
    expect(chosenIn({ type: 'plain_text_input' }, {})).toEqual({ type: 'plain_text_input', value: null })
    expect(() => chosenIn(select, { value: 'c' })).toThrow('no such option')
  })

  it('tells what was entered in a form, and nothing that is not in it', () => {
    const entered = {
      when: { at: { value: '1795428000' } },
      which: { of: { values: ['b'] } },
      forged: { field: { value: 'x' } },
    }
    expect(stateOf(blocks, entered)).toEqual({
      when: { at: { type: 'datetimepicker', selected_date_time: 1795428000 } },
      which: { of: { type: 'checkboxes', selected_options: [options[1]] } },
      forged: {},
    })
  })
})
