/** More than anybody would answer one by one. */
const MOST_ISSUES = 10
const LONGEST = 200

/** Fewer words than this belong to what was said before. */
const FEWEST_WORDS = 3

/** What is said to begin and to end a letter, or to introduce oneself. No point of a complaint is among it. */
const PLEASANTRIES: readonly RegExp[] = [
  /^(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern|hallo|guten (?:tag|morgen|abend)|sehr geehrte\p{L}*|liebe[rs]?|bonjour|bonsoir|madame|monsieur|hola|buen[oa]s (?:días|tardes|noches)|estimad[oa]s?|beste|goedemorgen|goedemiddag|goedendag|geachte)(?:[ ,]+[\p{L}\p{M}.@'_-]+){0,5}[,.!]*$/iu,
  /^(?:many )?(?:thanks|thank you|cheers|thx|ta|danke|vielen dank|merci|gracias|muchas gracias|bedankt|dank (?:je|u))(?:[ ,]+(?:so|very) much)?(?:[ ,]+(?:again|in advance|for (?:reading|your (?:help|time|attention|understanding))|im voraus|schon mal|d['’]avance|de antemano|por adelantado|alvast|bij voorbaat|wel))*[,.! ]*$/iu,
  /^(?:(?:kind|best|warm|many)(?:est)? )?(?:regards|wishes)\b.{0,60}$/iu,
  /^(?:yours? (?:sincerely|faithfully|truly)|sincerely|faithfully|mit freundlichen grüßen|(?:viele|beste|liebe|freundliche) grüße|cordialement|bien à vous|(?:un )?saludos?|atentamente|met vriendelijke groet\p{L}*|groeten|mvg|sent from my)\b.{0,60}$/iu,
  /^(?:i )?(?:hope|trust) (?:you(?:'re|’re| are)? |this (?:finds|email)).{0,60}$/iu,
  /^(?:i )?(?:look(?:ing)?) forward to .{0,80}$/iu,
  /^(?:please )?(?:let me know|get back to me|advise|help|respond|reply|sort (?:it|this)(?: out)?|fix (?:it|this))(?: (?:asap|please|soon|what you think|as soon as possible))*[.!]*$/iu,
  /^(?:my|the|our|mein\p{L}*|mon|ma|mi|mijn) (?:account|order|customer|reference|ticket|booking|case|policy|contract|complaint)?[ -]?(?:number|no\.?|id|ref|reference|name|email|phone|kundennummer|klantnummer|numéro)\b.{0,20}\b(?:is|ist|est|es|:|#).{0,80}$/iu,
  /^(?:account|order|customer|ref(?:erence)?|ticket|booking|case|policy|contract)(?: (?:number|no\.?|id|ref))? ?[:#].{0,60}$/iu,
  /^i(?:['’]ve| have)? (?:been|am|was) (?:a |your )?(?:loyal |long[- ]?(?:time|standing) |paying |happy )?(?:customer|client|member|subscriber)\b.{0,80}$/iu,
  /^i(?:['’]m| am) (?:writing|emailing|contacting you) (?:to (?:you|complain|make a complaint|raise|lodge|express)|about|because|regarding).{0,40}$/iu,
  /^(?:here(?:['’]s| are| is)|there are|i have|these are|some|my|the|\p{L}+|\d+)? ?(?:\p{L}+ )?(?:problems?|issues?|complaints?|points?|things|questions|probleme|problèmes|problemas|problemen)(?: (?:here|with you|i have|to raise|so far|are|today))?[:.]?$/iu,
]

/** A short remark before a colon says what follows, or how somebody feels about it. */
const LEAD_IN = /^[^:\n]{1,40}:\s+(?=\S)/u

const BULLET =
  /^\s*(?:[-*•–—·▪◦‣]\s+|(?:\(?\d{1,2}[.):]\)?|\(?[a-hA-H][.)]|\(?[ivx]{1,4}[.)])\s+|(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|last(?:ly)?|finally|erstens|zweitens|drittens|premièrement|deuxièmement|primero|segundo|tercero|ten eerste|ten tweede|ten derde)[,:]\s*)/iu
/** A list that goes on in one line: "1) … 2) …". */
const INLINE_NUMBER = /\s(?=\(?\d{1,2}\)\s|\(?\d{1,2}\.\s+\p{L}|\([a-h]\)\s)/gu
/** Words at which another point begins. */
const NEXT_POINT =
  /(?:[,;.]\s*|\s+[-–—]\s+|\s+)(?=(?:and )?(?:also|another thing|on top of (?:that|this|it all)|in addition|additionally|furthermore|moreover|besides that|as well as that|to make (?:it|things|matters) worse|to top it (?:all )?off|plus|secondly|thirdly|lastly|finally|außerdem|zudem|darüber hinaus|de plus|en outre|además|también|bovendien|ook nog|daarnaast)\b[ ,:])/iu
const JOINER =
  /^(?:(?:and|but|und|et|y|en)\s+)?(?:(?:also|another thing|on top of (?:that|this|it all)|in addition|additionally|furthermore|moreover|besides that|as well as that|to make (?:it|things|matters) worse|to top it (?:all )?off|plus|außerdem|zudem|darüber hinaus|de plus|en outre|además|también|bovendien|ook nog|daarnaast)\b[ ,:]*)+/iu
/** A clause that stands by itself: after "and" or "but" with a comma before it. */
const NEXT_CLAUSE = /,\s+(?:and|und|et|y|en)\s+/iu

const ABBREVIATION =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|st|no|nr|approx|e\.g|i\.e|etc|vs|z\.b|bzw|ca|inkl|str|bijv|p\.ex|sra?|av|tel|ref|acc|ltd|inc|co|jan|feb|mar|apr|aug|sept?|oct|nov|dec|a\.m|p\.m|\p{L})$/iu

/** What refers to the sentence before, and is too little to stand alone. */
const REFERS_BACK =
  /^(?:it|it['’]s|this|that|that['’]s|which|they|he|she|so|then|and then|because|even|still|not once|twice|again|again and again|nothing|nobody|no one|why|really|seriously|das|dies|es|c['’]est|ça|eso|esto|dat|dit|het)\b/iu

/**
 * The points of a complaint, in the customer's own words, in their order: a list's items, sentences, and what is joined
 * by "also" or a semicolon. Fragments join the point before; greetings, thanks and introductions are left out. It keeps
 * too much rather than too little, as what is left out may never be answered. Quoted lines of earlier messages are none.
 */
export function issuesIn(text: string, subject?: string): string[] {
  const points: string[] = []
  /** The letter seems to be over: what follows may be a name. */
  let closed = false
  const own = text
    .slice(0, 50_000)
    .toWellFormed()
    .split(/\r\n?|\n/)
    .filter((line) => !/^\s*>/.test(line))
  for (const paragraph of paragraphs(own)) {
    if (points.length > 0 && closed && count(paragraph.text) <= 4) continue
    closed = false
    for (const [index, sentence] of sentences(paragraph.text).entries()) {
      const bare = tidy(sentence)
      if (bare === '') continue
      if (isPleasantry(bare)) {
        closed = true
        continue
      }
      for (const [clause, point] of clauses(bare).entries()) {
        const alone = paragraph.item && index === 0 && clause === 0
        const previous = points.at(-1)
        if (previous !== undefined && !alone && (isFragment(point) || refersBack(point, clause))) {
          points[points.length - 1] = `${previous} ${point}`
        } else points.push(point)
      }
    }
  }
  const labels = points.map(label).filter(isSaying)
  const kept = [...new Set(labels)]
  if (kept.length === 0) {
    return [subject ?? '', text.slice(0, 1000)]
      .map((all) => label(tidy(all)))
      .filter(isSaying)
      .slice(0, 1)
  }
  if (kept.length <= MOST_ISSUES) return kept
  return [...kept.slice(0, MOST_ISSUES - 1), shortened(kept.slice(MOST_ISSUES - 1).join('; '))]
}

interface Paragraph {
  readonly text: string
  /** It is an item of a list: a point of its own however short. */
  readonly item: boolean
}

/** Lines that a list parts, and lines that were wrapped put together. */
function paragraphs(lines: readonly string[]): Paragraph[] {
  const found: { text: string; item: boolean }[] = []
  let open = false
  for (const line of lines.flatMap((whole) => whole.slice(0, 50_000).split(INLINE_NUMBER))) {
    const bullet = BULLET.exec(line)
    const content = (bullet === null ? line : line.slice(bullet[0].length)).trim()
    const last = found.at(-1)
    if (content === '') {
      open = false
    } else if (bullet !== null) {
      found.push({ text: content, item: true })
      open = true
    } else if (open && last !== undefined && /^\p{Ll}/u.test(content)) {
      last.text = `${last.text} ${content}`
    } else {
      found.push({ text: content, item: false })
      open = true
    }
  }
  return found
}

function sentences(paragraph: string): string[] {
  const found: string[] = []
  let from = 0
  for (const { 0: mark, index } of paragraph.matchAll(/[.!?…;。！？]+["”’')\]]{0,3}(?=\s|$)|[。！？]/gu)) {
    const before = paragraph.slice(Math.max(from, index - 12), index)
    if (mark.startsWith('.') && mark.length === 1 && ABBREVIATION.test(before)) continue
    found.push(paragraph.slice(from, index + (mark.startsWith(';') ? 0 : mark.length)))
    from = index + mark.length
  }
  found.push(paragraph.slice(from))
  return found.flatMap((sentence) => splitAt(sentence, NEXT_POINT))
}

/** Parts a text at every match that begins in it; the match itself is left out. */
function splitAt(text: string, at: RegExp): string[] {
  return text.split(at)
}

function clauses(sentence: string): string[] {
  const found: string[] = []
  for (const piece of sentence.split(NEXT_CLAUSE)) {
    const previous = found.at(-1)
    if (previous !== undefined && (count(piece) < 5 || count(previous) < 5)) {
      found[found.length - 1] = `${previous}, and ${piece}`
    } else found.push(piece)
  }
  return found
}

const isSaying = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

const count = (text: string): number => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length

const tidy = (text: string): string =>
  withoutLeadIn(text.replace(/\s+/g, ' ').trim().replace(JOINER, '').trim())

const withoutLeadIn = (text: string): string => {
  const lead = LEAD_IN.exec(text)
  return lead !== null && count(lead[0]) <= 5 && count(text.slice(lead[0].length)) >= FEWEST_WORDS
    ? text.slice(lead[0].length)
    : text
}

const isPleasantry = (text: string): boolean =>
  text.length <= 160 && PLEASANTRIES.some((pattern) => pattern.test(text))

/** Scripts that write no spaces have no words to count. */
const isFragment = (text: string): boolean =>
  count(text) < FEWEST_WORDS && !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]{4}/u.test(text)

const refersBack = (text: string, clause: number): boolean =>
  clause === 0 && count(text) <= 6 && REFERS_BACK.test(text)

/** Without the mark at the end, and not too long; cut between words where it can be. */
const label = (text: string): string =>
  shortened(
    text
      .trim()
      .replace(/[,;]?\s+(?:and|und|et|y|en)$/iu, '')
      .replace(/(?<![.!?…,;:])[.!…,;:]+$/u, '')
      .trim(),
  )

function shortened(text: string): string {
  if (text.length <= LONGEST) return text
  const cut = text
    .slice(0, LONGEST - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
  const space = cut.lastIndexOf(' ')
  return `${(space > LONGEST / 2 ? cut.slice(0, space) : cut).trimEnd()}…`
}
