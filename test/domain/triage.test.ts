import { describe, expect, it } from 'vitest'
import { triage } from '../../functions/domain/triage.ts'

const pairs = (text: string) => triage(text).signals.map(({ signal, words }) => [signal, words])

describe('what makes a complaint worse', () => {
  it('is found in explicit words, and shown with them', () => {
    const text = "I'm disabled and there's a gas leak. That is the fifth time."
    expect(triage(text)).toMatchObject({
      severity: 'critical',
      signals: [
        { signal: 'vulnerability', severity: 'high', words: 'disabled', at: 4 },
        { signal: 'safety', severity: 'critical', words: 'gas leak', at: text.indexOf('gas leak') },
        { signal: 'repeated-failure', severity: 'high', words: 'fifth time' },
      ],
    })
  })

  it('is not found where there is nothing of it', () => {
    expect(triage('My bill is wrong')).toMatchObject({ severity: undefined, signals: [] })
  })

  it.each([
    'There was no injury, luckily',
    'Nobody was hurt',
    "I'm not going to sue anybody",
    'I have power of attorney for my uncle',
    'The voltage regulator that you sent is the wrong one',
    'I got a shock when I saw the menu',
  ])('is not what is denied, or means something else: %s', (text) => {
    expect(pairs(text)).toEqual([])
  })
})

describe('the points of a complaint', () => {
  it('are its sentences and what is joined by "also" or a comma and "and"', () => {
    const text =
      'Lost a customer today: I can only open my bill over 3G on the tablet, and setting a web password means driving to a shop. Also paid to sit on hold and got bad advice.'
    expect(triage(text).issues).toEqual([
      'I can only open my bill over 3G on the tablet',
      'setting a web password means driving to a shop',
      'paid to sit on hold and got bad advice',
    ])
  })

  it('are the items of its list, without greeting and name', () => {
    expect(
      triage('Hi there,\n\n1) my router is late 2) I was charged twice and 3) nobody called.\nThanks\nKim')
        .issues,
    ).toEqual(['my router is late', 'I was charged twice', 'nobody called'])
  })

  it('are one where it says one thing', () => {
    expect(triage('My bill is wrong.').issues).toEqual(['My bill is wrong'])
  })
})
