import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../infra/constructs/bundle.ts'

// The package has no types of its own.
const validate: (definition: unknown) => { isValid: boolean; errorsText(separator: string): string } =
  createRequire(import.meta.url)('asl-validator')

interface State {
  readonly Type: string
  readonly Resource?: string
  readonly TimeoutSeconds?: number
  readonly Retry?: unknown[]
  readonly Branches?: Machine[]
  readonly ItemProcessor?: Machine
}
interface Machine {
  readonly States: Record<string, State>
}

const definition = JSON.parse(readFileSync(join(ROOT, 'workflows', 'complaint.asl.json'), 'utf8'))

/** All states, those of branches and maps too. */
const statesOf = ({ States }: Machine): [string, State][] =>
  Object.entries(States).flatMap(([name, state]): [string, State][] => [
    [name, state],
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(statesOf),
  ])
const tasks = statesOf(definition).filter(([, state]) => state.Type === 'Task')

describe('The state machine’s definition', () => {
  it('is valid', () => {
    const { isValid, errorsText } = validate(definition)
    expect(isValid, errorsText('\n')).toBe(true)
  })

  it('has tasks that wait for a token', () => {
    expect(tasks.filter(([, { Resource }]) => Resource?.endsWith('.waitForTaskToken'))).not.toEqual([])
  })

  it('asks nothing after its last step, and does not repeat it where somebody came back', () => {
    const close = definition.States['Close after silence']
    expect(close.End).toBe(true)
    expect(close.Retry[0]).toEqual({ ErrorEquals: ['StillOpen'], MaxAttempts: 0 })
    expect(close.Catch).toMatchObject([{ ErrorEquals: ['StillOpen'], Next: "Await the customer's word" }])
  })

  it.each(tasks)('does not wait for ever in "%s", nor fail with the first hiccup', (_, state) => {
    expect(state.Retry?.length).toBeGreaterThan(0)
    if (state.Resource?.endsWith('.waitForTaskToken')) expect(state.TimeoutSeconds).toBeGreaterThan(0)
  })
})
