/*
 * A customer who writes "thanks" has no question. The rule is careful to one side: only what consists of nothing but the
 * words below needs no answer. "Thanks for nothing", "ok?", "great." and whatever is not understood here do need one.
 */

/** Enough by themselves; commas part them. */
const THANKS = [
  // English
  'thanks, thank you, thank u, thankyou, thx, tnx, ty, tysm, cheers, many thanks, much appreciated, thanks a lot',
  'thanks a million, thanks so much, thank you so much, thank you very much, thanks very much, thanks again',
  'thank you again, thanks for your help, thank you for your help, thanks for the help, ok, okay, kk, got it, all good',
  "sounds good, will do, no problem, no worries, noted, understood, that's great, that's perfect",
  // German, Dutch
  'danke, danke schön, danke schoen, dankeschön, dankeschoen, vielen dank, herzlichen dank, besten dank, danke sehr',
  'danke vielmals, tausend dank, alles klar, in ordnung, verstanden, dank je, dank je wel, dank u, dank u wel, bedankt',
  'hartelijk dank',
  // French, Spanish, Catalan, Portuguese, Italian
  "merci, merci beaucoup, merci bien, merci infiniment, mille mercis, d'accord, entendu, gracias, muchas gracias",
  'mil gracias, vale, de acuerdo, gràcies, moltes gràcies, obrigado, obrigada, muito obrigado, muito obrigada',
  "tudo bem, grazie, grazie mille, molte grazie, tante grazie, va bene, d'accordo",
  // Scandinavian, Finnish, Welsh
  'tak, mange tak, tusind tak, takk, tusen takk, tack, tack så mycket, kiitos, kiitti, diolch, diolch yn fawr',
  // Polish, Czech, Ukrainian, Russian, Turkish, Greek
  'dzięki, dziękuję, dziekuje, dziękuję bardzo, děkuji, díky, дякую, спасибо, большое спасибо, хорошо, ок',
  'teşekkürler, teşekkür ederim, sağol, tamam, ευχαριστώ, ευχαριστώ πολύ',
  // Arabic, Hebrew, Hindi, Chinese, Japanese, Korean
  'شكرا, شكرا جزيلا, תודה, תודה רבה, धन्यवाद, शुक्रिया, 谢谢, 谢谢你, 謝謝, 多谢, 好的, ありがとう, ありがとうございます',
  '감사합니다, 고마워요',
]

/** Only beside one of those: by themselves, customers who have waited long mean the opposite. */
const PRAISE = [
  'great, perfect, brilliant, lovely, super, cool, good, nice, fine, yes, that is great, that is perfect, prima, parfait',
  'perfecto, perfeito, perfetto, passt',
]

const HAPPY = '👍 👌 🙏 👏 🙌 💪 🤝 ✅ 💯 🎉 ❤ ♥ 💙 💚 💛 🧡 💜 🤍 💕 💖 😍 🤩 😊 🙂 😀 😃 😄 😁 ☺ 🤗'.split(
  ' ',
)
/** Skin tones, and what asks for or joins pictures. */
const MODIFIERS = /\p{Emoji_Modifier}|\u{FE0F}|\u{200D}/gu
const SMILEY = /(?<=^|\s)(?:[:;]-?[)D]|<3)(?=\s|$)/g

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll('’', "'")

const phrases = (lines: readonly string[], enough: boolean) =>
  lines.flatMap((line) => line.split(', ')).map((phrase) => ({ words: plain(phrase).split(' '), enough }))

/** Longest first, so that "thank you very much" does not leave "very much". */
const KNOWN = [...phrases(THANKS, true), ...phrases(PRAISE, false)].sort(
  (a, b) => b.words.length - a.words.length,
)

/** Whether what a customer wrote asks for an answer. Only a bare thanks, or an OK, in words that are known here, does not. */
export function needsAnswer(text: string): boolean {
  const smiled = HAPPY.reduce((left, smile) => left.replaceAll(smile, ' '), text.replace(MODIFIERS, ''))
  const bare = plain(smiled.replace(SMILEY, ' '))
  // Whatever is left beside words and the plainest punctuation may mean anything: a question, a number, an angry face.
  if (/[^\p{L}\p{M}'\s.,!。、-]/u.test(bare)) return true
  let words = bare.split(/[\s.,!。、-]+/u).filter((word) => word !== '')
  let thanked = smiled !== text && bare.trim() === ''
  while (words.length > 0) {
    const phrase = KNOWN.find((known) => known.words.every((word, index) => words[index] === word))
    if (phrase === undefined) return true
    thanked ||= phrase.enough
    words = words.slice(phrase.words.length)
  }
  return !thanked
}
