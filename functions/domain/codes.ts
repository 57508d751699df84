/*
 * The code that a customer writes from the account that they complained with, to show that they filled in our form. It is
 * looked for in messages of that account alone, so nobody can try codes out: how long a comparison takes tells nothing.
 */

/** As people write: in any case, with the letters of any keyboard. */
const plain = (text: string): string => text.normalize('NFKC').toUpperCase()

/** Handles begin with @ and may look like anything. */
const HANDLE = /@[\p{L}\p{N}_.-]+/gu
const WORD = /[\p{L}\p{N}]+/gu

const wordsOf = (text: string): string[] => plain(text.replace(HANDLE, ' ')).match(WORD) ?? []

/** Whether a text has the code in it as a word of its own: a part of a longer one is chance. */
export const carriesCode = (text: string, code: string): boolean => wordsOf(text).includes(plain(code))

/** Words that somebody puts around a code and that say nothing. */
const BESIDE = new Set(
  'A ALL AND CODE FOR FROM GOT HELLO HERE HI I IS IT ITS MY OK OKAY PLEASE S THANK THANKS THAT THE THIS VERIFICATION YOU YOUR'.split(
    ' ',
  ),
)

/** Whether a text that carries the code says nothing beside it. */
export const isCodeAlone = (text: string, code: string): boolean =>
  !text.includes('?') && wordsOf(text).every((word) => word === plain(code) || BESIDE.has(word))
