export type PersonalKind =
  | 'card number'
  | 'IBAN'
  | 'bank account'
  | 'social security number'
  | 'national insurance number'
  | 'email address'
  | 'phone number'
  | 'postal address'
  | 'date of birth'
  | 'password or code'

/** Personal data in a text: `at` and `length` in UTF-16 code units. */
export interface Finding {
  readonly kind: PersonalKind
  readonly at: number
  readonly length: number
}

/**
 * What in a text identifies a person, or opens their accounts, beyond their name. Where a kind has a checksum it must
 * hold; what looks like any number needs words beside it that say what it is. In the order of the text, none overlapping.
 */
export function findPersonalData(text: string): Finding[] {
  if (!/[\p{Nd}@\uff20]|pass|wort|clave|contrase|pwd|phrase/iu.test(text)) return []
  const plain = inAscii(text)
  const taken: Finding[] = []
  const addresses = webAddressesIn(plain)
  for (const find of FINDERS) {
    for (const finding of find(plain)) {
      const free = [...taken, ...(finding.kind === 'email address' ? [] : addresses)].every(
        ({ at, length }) => finding.at + finding.length <= at || at + length <= finding.at,
      )
      if (free) taken.push(finding)
    }
  }
  return taken.sort((a, b) => a.at - b.at)
}

/**
 * A text without its personal data, but with what people need to tell one from another: the last digits of a number, the
 * first letter and the domain of an email address. What is masked already stays as it is.
 */
export function masked(text: string): string {
  let out = ''
  let from = 0
  for (const { kind, at, length } of findPersonalData(text)) {
    out += text.slice(from, at) + mask(kind, text.slice(at, at + length))
    from = at + length
  }
  return out + text.slice(from)
}

/** What is known to be personal data of a kind, masked, whether or not `findPersonalData` would know it in a text. */
export function mask(kind: PersonalKind, words: string): string {
  const last = (count: number): string => words.replace(/[^\p{L}\p{N}]/gu, '').slice(-count)
  switch (kind) {
    case 'card number':
    case 'IBAN':
      return `••••${last(4)}`
    case 'bank account':
    case 'phone number':
      return `••••${last(3)}`
    case 'email address':
      return `${[...words][0]}•••${words.slice(words.lastIndexOf('@'))}`
    default:
      return `[${kind}]`
  }
}

/** The same text with the same positions, in which digits, spaces and dashes of any script are plain ones. */
const inAscii = (text: string): string =>
  text.replace(/[^\p{ASCII}]/gu, (character) => {
    if (character.length > 1) return character
    if (/\p{Nd}/u.test(character)) return digitOf(character)
    if (/[\p{Zs}\u200b\u2060]/u.test(character)) return ' '
    if (/\p{Pd}|\u2212/u.test(character)) return '-'
    return character === '\uff20' ? '@' : character === '\uff0b' ? '+' : character
  })

/** Every script has its ten digits in a row, the first of which is a zero. */
function digitOf(character: string): string {
  const code = character.charCodeAt(0)
  let zero = code
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCharCode(zero - 1))) zero--
  return String((code - zero) % 10)
}

const webAddressesIn = (plain: string): { at: number; length: number }[] =>
  [...plain.matchAll(/(?<!\w)(?:https?:\/\/|www\.)\S+/gi)].map(({ 0: match, index }) => ({
    at: index,
    length: match.length,
  }))

type Finder = (plain: string) => Iterable<Finding>

const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** Finds a pattern: the group `data` of it, or all of it. */
function* each(
  plain: string,
  kind: PersonalKind,
  pattern: RegExp,
  holds: (found: string, match: RegExpExecArray) => boolean = () => true,
): Generator<Finding> {
  for (const match of plain.matchAll(pattern)) {
    const found = match.groups?.data ?? match[0]
    const at = match.index + match[0].lastIndexOf(found)
    if (holds(found, match)) yield { kind, at, length: found.length }
  }
}

/** What stands before a position, as far as it can say what a number is. */
const before = (plain: string, at: number, length = 30): string => plain.slice(Math.max(0, at - length), at)

/** Words before a number that make it one of our own, or of the goods. */
const IS_AN_ID =
  /(?:\b(?:order|ref|reference|invoice|ticket|case|tracking|parcel|shipment|booking|policy|complaint|item|sku|serial|imei|model|meter|job|claim|bestell\w*|auftrag\w*|rechnung\w*|sendung\w*|commande|facture|colis|pedido|factura|bestelling|factuur|id|isbn|ean)\b[^.!?\n]{0,14}|#\s?)$/i

/** Luhn, as ISO/IEC 7812-1, annex B, has it for card numbers. */
function luhn(digits: string): boolean {
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index])
    sum += index % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

/** Issuers' ranges and lengths: Visa, Mastercard, American Express, Discover, Diners, JCB, UnionPay, Maestro. */
const ISSUERS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:50|5[6-8]|6[37])\d{10,17})$/

/** Runs of digits in groups; a card number is some of them, from a group's first digit to a group's last. */
function* cards(plain: string): Generator<Finding> {
  for (const { 0: run, index } of plain.matchAll(/(?<![\w])\d[\d .-]{10,100}\d(?!\w)/g)) {
    const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index: at }) => ({ digits, at }))
    let next = 0
    for (let first = 0; first < groups.length; first++) {
      if (first < next) continue
      let digits = ''
      for (let last = first; last < groups.length && digits.length < 20; last++) {
        const group = groups[last] as { digits: string; at: number }
        digits += group.digits
        if (!ISSUERS.test(digits) || !luhn(digits)) continue
        const start = groups[first]?.at ?? 0
        yield { kind: 'card number', at: index + start, length: group.at + group.digits.length - start }
        next = last + 1
        break
      }
    }
  }
}

/** Lengths by country, from the SWIFT registry of IBAN formats, release 99. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 ' +
    'LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 ' +
    'SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** ISO 7064, MOD 97-10, over an IBAN turned round. */
function mod97(iban: string): boolean {
  let rest = 0
  for (const character of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

function* ibans(plain: string): Generator<Finding> {
  for (const { 0: start, index } of plain.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d\d/g)) {
    const length = IBAN_LENGTHS.get(start.slice(0, 2).toUpperCase())
    if (length === undefined) continue
    let iban = ''
    let end = index
    while (iban.length < length && end < index + 2 * length) {
      const character = plain[end] ?? ''
      if (/[A-Za-z0-9]/.test(character)) iban += character.toUpperCase()
      else if (!/[ .-]/.test(character)) break
      end++
    }
    if (iban.length === length && !/[A-Za-z0-9]/.test(plain[end] ?? '') && mod97(iban)) {
      yield { kind: 'IBAN', at: index, length: end - index }
    }
  }
}

const SORT_CODE =
  /\bsort\s?code\b[^\d\n]{0,20}(?<data>\d\d[ -]?\d\d[ -]?\d\d(?:[^\d\n]{1,30}\d{8})?)(?!\d)|(?<!\d)(?:\d\d-\d\d-\d\d)[,; /]{1,3}\d{8}(?!\d)/gi
const ACCOUNT =
  /\b(?:account|acct|acc|a\/c|konto(?:nummer|nr)?|kto|compte|cuenta|rekening(?:nummer)?|routing|aba|blz)\b\.?(?: ?(?:number|no|num|nr|nummer|numéro|número|is|was|ist|est|es|de|with you|code|n°)\.?){0,3} ?[:#=]?(?: ?is)? ?(?<data>\d(?:[ -]?\d){5,17})(?![\d\w])/gi
const isDate = (written: string): boolean =>
  /^(?:\d{1,2}[./ -]\d{1,2}[./ -](?:\d{4}|\d\d)|(?:19|20)\d\d[./ -]?\d\d[./ -]?\d\d)$/.test(written.trim())

/** Areas, groups and serials that the Social Security Administration does not issue are no numbers. */
const SSN = /(?<![\d-])(?!000|666|9)\d{3}[- ](?!00)\d\d[- ](?!0000)\d{4}(?![\d-])/g
const SSN_BY_CONTEXT =
  /\b(?:ssn|social security)\b[^\d\n]{0,20}(?<data>(?!000|666|9)\d{3}[- ]?(?!00)\d\d[- ]?(?!0000)\d{4})(?!\d)/gi
/** HM Revenue & Customs, NIM39110: the letters and prefixes that are not used. */
const NINO =
  /(?<!\w)(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)/gi

const EMAIL =
  /(?<![\p{L}\p{N}._%+•-])[\p{L}\p{N}][\p{L}\p{N}._%+-]{0,63}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu

const PHONE = /(?<![\w.,/•$£€-])(?:\+ ?|\(\+?)?\d(?:[ ()./-]{0,3}\d){6,16}(?![\w])(?![.,]\d)/g
const CALLS =
  /(?:\b(?:call|ring|phone|telephone|mobile|mob|cell|tel|text|sms|whatsapp|reach|contact|landline|telefon\w*|tel\.?nr|handy\w*|anruf\w*|mobil\w*|téléphone|portable|appel\w*|teléfono|móvil|ll[aá]m\w*|telefoon\w*|bel|06)\b[^.!?\n\d]{0,28})$/i

/** What people can be called at: with a country code, as national numbers are written, or with words that say so. */
function* phones(plain: string): Generator<Finding> {
  for (const { 0: written, index } of plain.matchAll(PHONE)) {
    const digits = digitsOf(written)
    const lead = before(plain, index)
    if (/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|^(?:19|20)\d\d[./-]\d\d[./-]\d\d\b/.test(written)) continue
    const international =
      (/^\(?\+/.test(written) && digits.length >= 8 && digits.length <= 15) ||
      (/^00[1-9]/.test(digits) && digits.length >= 10 && digits.length <= 17)
    const national = /^\(?0[1-9]/.test(written) && digits.length >= 9 && digits.length <= 12
    const american =
      /^(?:1[-. ]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}$/.test(written) &&
      !/^\d+$/.test(written)
    const called = digits.length <= 15 && CALLS.test(lead) && !isDate(written)
    if (!international && IS_AN_ID.test(lead) && !called) continue
    if (international || national || american || called) {
      const end = written.trimEnd().length
      yield { kind: 'phone number', at: index, length: end }
    }
  }
}

const POSTCODE_AREAS = new Set(
  (
    'AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL ' +
    'GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX ' +
    'PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR ' +
    'WS WV YO ZE'
  ).split(' '),
)
/** BS 7666: which letters a postcode may end in. */
const POSTCODE = /(?<!\w)(?<area>[A-Z]{1,2})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}(?!\w)/gi

const CAP = "\\p{Lu}[\\p{L}'’.-]{1,25}"
const STREETS: readonly RegExp[] = [
  // 12 Acacia Avenue, Flat 3
  new RegExp(
    `(?<![\\w£$€.,])(?:(?:flat|apt|apartment|unit|suite) ?\\w{1,4},? )?\\d{1,5}[a-z]?,? (?:(?:[NSEW]\\.?|${CAP}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|way|place|pl|square|sq|crescent|terrace|gardens|grove|boulevard|blvd|highway|hwy|parkway|mews|walk|rise|row)\\b\\.?(?:,? (?:apt|apartment|unit|suite|flat|#) ?\\w{1,5})?`,
    'giu',
  ),
  // Lindenstraße 12, Am Markt-Platz 3a
  /(?<![\p{L}])\p{Lu}[\p{L}-]{1,30}(?:straße|strasse|str\.|weg|platz|gasse|allee|ufer|ring|damm|straat|laan|plein|gracht|kade|dijk|steeg)\s\d{1,4} ?[a-z]?(?![\p{L}\d%])/giu,
  // 12 bis rue de la Paix
  /(?<!\w)\d{1,4}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|place|chemin|impasse|allée|quai|route|cours)(?: (?:de|du|des|la|le|les|l['’]|d['’]))*[ '’]{0,1}\p{L}[\p{L}'’-]{1,30}(?: \p{Lu}[\p{L}'’-]{1,30}){0,3}/giu,
  // Calle Mayor, 12
  /(?<!\w)(?:calle|c\/|avenida|avda\.?|plaza|paseo|camino)(?: (?:de|del|la|las|los|el))* ?\p{Lu}[\p{L}'’-]{1,30}(?: (?:de |del |la )?\p{L}[\p{L}'’-]{1,30}){0,3},? (?:n[º°.]? ?)?\d{1,4}(?:,? ?\d{1,2}[ºª°]? ?[A-Z]?)?(?!\w)/giu,
]
const US_STATES =
  'AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY|DC'
const US_ZIP = new RegExp(`(?<!\\w)(?:${CAP},? )?(?:${US_STATES}) \\d{5}(?:-\\d{4})?(?![\\w-])`, 'gu')
const NL_POSTCODE = new RegExp(`(?<!\\w)[1-9]\\d{3} ?(?!SA|SD|SS)[A-Z]{2},? (?:${CAP})(?!\\w)`, 'gu')
/** Five digits and a town are an address where a street or a word says so. */
const TOWN = new RegExp(`(?<![\\w.,])(?:D-|F-|E-)?\\d{5},? (?:${CAP})(?: (?:${CAP})){0,2}`, 'gu')
const LIVES =
  /(?:address|live at|living at|anschrift|adresse|wohne|wohnhaft|plz|code postal|habite|domicilio|dirección|vivo en|woon|adres|postcode|zip)\b[^.!?\n]{0,50}$/i

function* addresses(plain: string): Generator<Finding> {
  const streets = STREETS.flatMap((pattern) => [
    ...each(plain, 'postal address', pattern, (found) => /\p{Lu}/u.test(found)),
  ])
  yield* streets
  for (const { 0: found, index, groups } of plain.matchAll(POSTCODE)) {
    // Lower case, or without its space, it may be a word of anything.
    if (!POSTCODE_AREAS.has((groups?.area ?? '').toUpperCase())) continue
    const certain = / /.test(found) || LIVES.test(before(plain, index, 60))
    if (certain && !IS_AN_ID.test(before(plain, index))) {
      yield { kind: 'postal address', at: index, length: found.length }
    }
  }
  yield* each(plain, 'postal address', US_ZIP)
  yield* each(plain, 'postal address', NL_POSTCODE, (found) => !/\d ?(?:MB|GB|TB|KM|KG|KB|HZ)\b/i.test(found))
  yield* each(plain, 'postal address', TOWN, (_, { index }) => {
    const near = streets.some(({ at, length }) => index >= at + length && index - at - length < 5)
    return near || LIVES.test(before(plain, index, 60))
  })
}

const MONTH =
  '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez|janv|févr|avr|juin|juil|août|déc|ene|abr|ago|dic|mrt|mei)[\\p{L}]{0,8}\\.?'
const BORN = new RegExp(
  `(?<![\\p{L}])(?:born|date of birth|d\\.?o\\.?b\\.?|birthday|birth ?date|geboren|geburtsdatum|geburtstag|geb\\.|née? le|date de naissance|nacid[oa]|fecha de nacimiento|geboortedatum)(?![\\p{L}])[^\\d\\n]{0,20}?(?<data>\\d{1,2}[./ -]\\d{1,2}[./ -]\\d{2,4}|(?:19|20)\\d\\d-\\d\\d-\\d\\d|\\d{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?${MONTH} ?(?:de )?\\d{2,4}|${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4})(?!\\d)`,
  'giu',
)

const SECRET_NAME =
  '(?:password|passcode|pass ?phrase|pwd|passwort|kennwort|mot de passe|contraseña|clave|wachtwoord|memorable word)'
/** "is" may go on with "wrong"; only what looks like a password is one, unless a colon says so. */
const PASSWORD = new RegExp(
  `(?<![\\p{L}])${SECRET_NAME}(?: ?[:=] ?| (?:is|was|ist|war|est|es) ["'“]?)(?<data>[^\\s"'”]{4,64}[^\\s"'”.,!?;)])`,
  'giu',
)
const CODE =
  /(?<![\p{L}])(?:pin(?: ?(?:code|number|nummer))?|one[- ]time (?:code|password|passcode)|otp|verification code|security code|access code|login code|cvv2?|cvc2?|sicherheitscode|code secret|code de sécurité|tan|mtan)(?: ?(?:is|was|ist|est|es|of|:|=|-))* ?["'“]?(?<data>\d(?:[ -]?\d){2,7})(?![\d\w£$€%])/giu

const FINDERS: readonly Finder[] = [
  (plain) => each(plain, 'email address', EMAIL),
  ibans,
  cards,
  (plain) => each(plain, 'social security number', SSN),
  (plain) => each(plain, 'social security number', SSN_BY_CONTEXT),
  (plain) => each(plain, 'national insurance number', NINO),
  (plain) => each(plain, 'date of birth', BORN),
  (plain) =>
    each(plain, 'password or code', PASSWORD, (found, match) =>
      /[:=]/.test(match[0].slice(0, match[0].length - found.length)) || /[\d!$%&*?@#^_]/.test(found)
        ? !/^(?:\[password|not|wrong|still|always|never)/i.test(found)
        : false,
    ),
  (plain) => each(plain, 'password or code', CODE),
  (plain) => each(plain, 'bank account', SORT_CODE),
  (plain) => each(plain, 'bank account', ACCOUNT, (found) => !isDate(found)),
  phones,
  addresses,
]
