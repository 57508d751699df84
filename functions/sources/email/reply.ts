/*
 * What a customer newly wrote, without the earlier mail that their program put below it. The programs mark it in no
 * agreed way, only by habits in the language of whoever uses them; those are data here. Each line is looked at a fixed
 * number of times, so that no text can make it slow.
 */

/** A text in two: what is new, and what was left out of it because it repeats or only signs. */
export interface Reply {
  readonly text: string
  readonly quoted?: string
}

/** The line above a quote, `On <date>, <somebody> wrote:`, by how it begins and ends; it may be broken into up to four. */
const ATTRIBUTIONS: readonly (readonly [begins: RegExp, ends: RegExp])[] = [
  [/^On\b/, /\bwrote:$/],
  [/^Am\b/, /\bschrieb\b.{0,300}:$/],
  [/^(Le|Lors du)\b/, /(\ba|À) écrit ?:$/],
  [/^El\b/, /\bescribió:$/],
  [/^Op\b/, /\b(schreef\b.{0,300}|heeft .{1,300} (het volgende )?geschreven):$/],
  [/^Il\b/, /\bha scritto:$/],
  [/^Em\b/, /\bescreveu:$/],
  [/^Den\b/, /\bskrev\b.{0,300}:$/],
  [/^(W dniu|Dnia)\b/, /\b(pisze|napisał(\(a\))?):$/],
  // Whoever wrote it first: `Support <help@example.org> schrieb am Sa., 21. Nov. 2026, 10:05:`
  [/^.{1,200}<\S{3,254}>/, /\b(wrote|schrieb|schreef|skrev)\b.{0,100}:$/],
]

/** The head of a message as Outlook puts it above what it answers: this field, and two of the others in the next lines. */
const OUTLOOK_FIRST = /^\W{0,4}(From|Von|De|Van|Da|Fra|Från|Od|Lähettäjä)\W{0,3}:/
const OUTLOOK_OTHERS =
  /^\W{0,4}(Sent|Date|To|Cc|Subject|Gesendet|Datum|An|Betreff|Envoyé|Date|À|Objet|Enviado( el)?|Fecha|Para|Asunto|Verzonden|Aan|Onderwerp|Inviato|Data|A|Oggetto|Sendt|Til|Emne|Skickat|Till|Ämne|Wysłano|Do|Temat)\W{0,3}:/

/** The rule that older programs put above what they repeat. */
const ORIGINAL =
  /^\W{2,20}(Original Message|Original Appointment|Ursprüngliche Nachricht|Originalnachricht|Message d['’]origine|Mensaje original|Oorspronkelijk bericht|Messaggio originale|Mensagem original|Oprindelig meddelelse|Ursprungligt meddelande)\W{2,20}$/i

/** What telephones and their programs add to every message. */
const SENT_FROM =
  /^(Sent from (my|Outlook|Yahoo|Mail)|Get Outlook for|Von meinem .{1,40} gesendet|Gesendet (von|mit)|Diese Nachricht wurde von meinem .{1,60} gesendet|Envoyé (de|depuis|à partir de)|Télécharger Outlook|Enviado (desde|do)|Verzonden (vanaf|met|vanuit)|Verstuurd vanaf|Inviato da|Sendt fra|Skickat från|Obtener Outlook para|Outlook voor)\b.{0,120}$/i

const isQuote = (line: string): boolean => /^\s{0,3}>/.test(line)

/**
 * Whether a message repeats another one by its own account: it says which one it answers, or its subject does.
 *
 * @param subject `Fwd: …` is none: what is forwarded is what its sender wants read.
 */
export const isReply = (subject: string, answersAny: boolean): boolean =>
  !/^\s*(fwd?|wg|tr|rv|doorst|i|vs|vb|enc)\s?:/i.test(subject) &&
  (answersAny || /^\s*(re|aw|sv|antw|ref|odp|res|r)(\[\d+\])?\s?:/i.test(subject))

/**
 * Splits what somebody newly wrote from what it stands above. Text that no habit explains is theirs: words must not get
 * lost. Where nothing would be left, all of it is the text.
 *
 * @param reply whether it answers another message; where it does not, only the signature and what a telephone adds go.
 */
export function splitReply(whole: string, reply: boolean): Reply {
  const lines = whole.replace(/\r\n?/g, '\n').split('\n')
  const kept: string[] = []
  const left: string[] = []
  let index = 0
  for (; index < lines.length; index++) {
    const line = (lines[index] ?? '').trimEnd()
    // The separator of RFC 3676, 4.3; its space is often lost, but never its place on a line alone.
    if (line === '--' || ORIGINAL.test(line)) {
      if (line === '--' || reply) break
    }
    if (SENT_FROM.test(line.trim())) {
      left.push(line)
      continue
    }
    if (!reply) {
      kept.push(line)
      continue
    }
    if (isQuote(line)) {
      left.push(line)
      continue
    }
    const length = attribution(lines, index)
    if (length > 0) {
      left.push(...lines.slice(index, index + length))
      index += length - 1
      // Where the quote is not marked line by line, there is no telling where it ends: it does not.
      if (!lines.slice(index + 1, index + 4).some(isQuote)) {
        index++
        break
      }
      continue
    }
    if (isOutlookHead(lines, index)) break
    kept.push(line)
  }
  // The line that Outlook draws above its head goes with it.
  while (index < lines.length && /^[_\s]*$/.test(kept.at(-1) ?? 'words')) kept.pop()
  const text = kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  if (text === '') return { text: whole.trim() }
  const quoted = [...left, ...lines.slice(index)].join('\n').trim()
  return quoted === '' ? { text } : { text, quoted }
}

/** How many lines from here are an attribution: 0 where it is none. */
function attribution(lines: readonly string[], index: number): number {
  const first = (lines[index] ?? '').trim()
  const candidates = ATTRIBUTIONS.filter(([begins]) => begins.test(first))
  if (candidates.length === 0) return 0
  let joined = ''
  for (let length = 1; length <= 4; length++) {
    const line = (lines[index + length - 1] ?? '').trim()
    // A sentence of the customer's may begin with "On": a paragraph ends it, and no date is that long.
    if (line === '' || joined.length + line.length > 500) return 0
    joined = joined === '' ? line : `${joined} ${line}`
    // Without a date or an address it is prose: "On the phone your colleague wrote:".
    if (candidates.some(([, ends]) => ends.test(joined)) && /\d{1,2}[:.h]\d\d|\d{4}|@/.test(joined))
      return length
  }
  return 0
}

const isOutlookHead = (lines: readonly string[], index: number): boolean =>
  OUTLOOK_FIRST.test(lines[index] ?? '') &&
  lines.slice(index + 1, index + 7).filter((line) => OUTLOOK_OTHERS.test(line)).length >= 2
