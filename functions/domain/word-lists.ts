/** Words and phrases are written as lists: this reads them. */

/** Phrases, parted by commas and lines. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.split(','))
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')

export const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
export const set = (text: string): ReadonlySet<string> => new Set(words(text))
/** Words as what one word of a phrase may be. */
export const either = (text: string): string => words(text).join('|')
