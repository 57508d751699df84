import EmailReplyParser from 'email-reply-parser'
import { describe, expect, it } from 'vitest'
import { isReply, splitReply } from '../../functions/sources/email/reply.ts'

const NEW = 'The refund has still not come.\n\nKim'
const QUOTE = '> We have sent it today.\n> Your service'

/** What mail programs put between a reply and what it repeats, by program and language. */
const HEADS: [string, string][] = [
  ['Gmail, English', 'On Sat, Nov 21, 2026 at 10:05 AM Example Service <help@example.org> wrote:'],
  ['Apple Mail, broken into two', 'On 21 Nov 2026, at 10:05, Example Service\n<help@example.org> wrote:'],
  ['Gmail, German', 'Am Sa., 21. Nov. 2026 um 10:05 Uhr schrieb Example Service <help@example.org>:'],
  ['Thunderbird, German', 'Am 21.11.2026 um 10:05 schrieb Example Service:'],
  ['GMX, German', 'Example Service <help@example.org> schrieb am 21. November 2026 um 10:05:'],
  ['Gmail, French', 'Le sam. 21 nov. 2026 à 10:05, Example Service <help@example.org> a écrit :'],
  ['Apple Mail, French', 'Le 21 nov. 2026 à 10:05, Example Service <help@example.org> a écrit :'],
  ['Gmail, Spanish', 'El sáb, 21 nov 2026 a las 10:05, Example Service (<help@example.org>) escribió:'],
  ['Gmail, Dutch', 'Op za 21 nov 2026 om 10:05 schreef Example Service <help@example.org>:'],
  [
    'Apple Mail, Dutch, broken',
    'Op 21 nov. 2026 om 10:05 heeft Example Service\n<help@example.org> het volgende\ngeschreven:',
  ],
  [
    'Gmail, Italian',
    'Il giorno sab 21 nov 2026 alle ore 10:05 Example Service <help@example.org> ha scritto:',
  ],
  ['Gmail, Portuguese', 'Em sáb., 21 de nov. de 2026 às 10:05, Example <help@example.org> escreveu:'],
  ['Gmail, Swedish', 'Den lör 21 nov. 2026 kl 10:05 skrev Example Service <help@example.org>:'],
  ['Gmail, Polish', 'W dniu sob., 21 lis 2026 o 10:05 Example Service <help@example.org> napisał(a):'],
]
const OUTLOOK: [string, string][] = [
  [
    'English',
    'From: Example Service <help@example.org>\nSent: 21 November 2026 10:05\nTo: Kim\nSubject: Your bill',
  ],
  ['bold', '*From:* Example Service\n*Sent:* 21 November 2026 10:05\n*Subject:* Your bill'],
  [
    'German',
    'Von: Example Service\nGesendet: Samstag, 21. November 2026 10:05\nAn: Kim\nBetreff: Ihre Rechnung',
  ],
  ['French', 'De : Example Service\nEnvoyé : samedi 21 novembre 2026 10:05\nÀ : Kim\nObjet : Votre facture'],
  [
    'Spanish',
    'De: Example Service\nEnviado el: sábado, 21 de noviembre de 2026\nPara: Kim\nAsunto: Su factura',
  ],
  [
    'Dutch',
    'Van: Example Service\nVerzonden: zaterdag 21 november 2026 10:05\nAan: Kim\nOnderwerp: Uw factuur',
  ],
]

describe('A reply', () => {
  it.each(HEADS)('by %s is what stands above the quote', (_, head) => {
    const { text, quoted } = splitReply(`${NEW}\n\n${head}\n\n${QUOTE}\n`, true)
    expect(text).toBe(NEW)
    expect(quoted).toContain('We have sent it today')
  })

  it.each(HEADS)('by %s may leave its quote unmarked', (_, head) => {
    expect(splitReply(`${NEW}\n\n${head}\n\nWe have sent it today.\n`, true).text).toBe(NEW)
  })

  it.each(OUTLOOK)('by Outlook (%s) is what stands above the head and its line', (_, head) => {
    const whole = `${NEW}\n\n________________________________\n${head}\n\nWe have sent it today.`
    expect(splitReply(whole, true).text).toBe(NEW)
  })

  it.each([
    '-----Original Message-----',
    '-----Ursprüngliche Nachricht-----',
    '-----Message d’origine-----',
    '-----Mensaje original-----',
    '-----Oorspronkelijk bericht-----',
  ])('ends at %s', (line) => {
    expect(splitReply(`${NEW}\n\n${line}\nVon: x\nAn: y\n\nold`, true).text).toBe(NEW)
  })

  it('keeps what is written between the quotes', () => {
    const whole =
      'See below.\n\nOn 21 Nov 2026 at 10:05 Service <help@example.org> wrote:\n> Which bill?\nThe one of May.\n> And when?\nToday.'
    expect(splitReply(whole, true).text).toBe('See below.\n\nThe one of May.\nToday.')
  })

  it('with nothing of its own is taken whole', () => {
    const whole = `On 21 Nov 2026 at 10:05 Service <help@example.org> wrote:\n${QUOTE}`
    expect(splitReply(whole, true)).toEqual({ text: whole })
    expect(splitReply('', true)).toEqual({ text: '' })
  })

  it('loses its signature and what the telephone adds, and keeps both aside', () => {
    expect(splitReply(`${NEW}\n\nSent from my iPhone\n\n-- \nKim Example\n07700 900000`, true)).toEqual({
      text: NEW,
      quoted: 'Sent from my iPhone\n-- \nKim Example\n07700 900000',
    })
    for (const line of ['Von meinem iPhone gesendet', 'Envoyé de mon iPhone', 'Verstuurd vanaf mijn iPad'])
      expect(splitReply(`${NEW}\n\n${line}`, true).text).toBe(NEW)
  })
})

describe('What the customer wrote stays theirs', () => {
  it.each([
    ['a list between rules', 'My points:\n---\n1. The bill\n---\n2. The call'],
    ['a sentence that begins like a quote', 'On Monday your colleague told me it was sent.\nIt was not.'],
    ['prose that ends like one', 'On the phone your colleague said, and then wrote:\nNothing.'],
    [
      'Dutch prose with the same words',
      'Op maandag belde ik.\n\nDe monteur schreef in zijn rapport:\nniets gevonden.',
    ],
    ['a closing before the end', 'Please call.\nBest wishes,\nKim\n\nPS: my number has changed'],
    ['one line like a head', 'From: London\nthe parcel never left.'],
  ])('%s', (_, whole) => {
    expect(splitReply(whole, true)).toEqual({ text: whole })
  })

  it('also where it forwards something, or answers nothing', () => {
    expect(isReply('Fwd: Your bill', true)).toBe(false)
    expect(isReply('WG: Ihre Rechnung', true)).toBe(false)
    expect(isReply('Your bill', false)).toBe(false)
    expect(isReply('AW: Ihre Rechnung', false)).toBe(true)
    expect(isReply('anything', true)).toBe(true)
    const forwarded = `See what I was sent:\n\nFrom: Example\nSent: today\nTo: Kim\nSubject: Bill\n\n> You owe us`
    expect(splitReply(forwarded, false)).toEqual({ text: forwarded })
  })
})

describe('Beside the library email-reply-parser', () => {
  it.each(HEADS.filter(([name]) => !/Swedish|Polish|GMX|Portuguese|Dutch, broken/.test(name)))(
    'it finds the same in a reply by %s',
    (_, head) => {
      const whole = `${NEW}\n\n${head}\n\n${QUOTE}\n`
      expect(splitReply(whole, true).text).toBe(new EmailReplyParser().read(whole).getVisibleText().trim())
    },
  )

  it('it keeps words that the library takes for a signature or a quote', () => {
    const whole = 'My points:\n---\n1. The bill'
    expect(new EmailReplyParser().read(whole).getVisibleText()).not.toContain('The bill')
    expect(splitReply(whole, true).text).toContain('The bill')
  })

  it.each([
    ['attributions that never end', 'Op 1\nschreef x '.repeat(2000)],
    ['one endless line', `On ${'2026 '.repeat(4000)}`],
    ['heads without end', 'From: a\n'.repeat(2500)],
    ['spaces', `On${' '.repeat(19_990)}:`],
    ['addresses', `${'<a@b>'.repeat(3900)} wrote`],
    ['rules', '-'.repeat(20_000)],
    ['quotes and answers', '> a\nb\n'.repeat(3300)],
  ])('it takes no longer for %s', (_, whole) => {
    const start = process.cpuUsage()
    splitReply(whole, true)
    expect(process.cpuUsage(start).user).toBeLessThan(500_000) // microseconds
  })
})
