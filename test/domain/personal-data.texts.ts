import type { PersonalKind } from '../../functions/domain/personal-data.ts'

/*
 * Invented texts in which personal data is marked by hand: `[[c:4111 1111 1111 1111]]`. The numbers are test numbers of
 * card schemes and banks, ranges kept for fiction, or made up. The rules were written with the first set at hand.
 */

const LETTERS: Readonly<Record<string, PersonalKind>> = {
  c: 'card number',
  i: 'IBAN',
  b: 'bank account',
  s: 'social security number',
  n: 'national insurance number',
  e: 'email address',
  p: 'phone number',
  a: 'postal address',
  d: 'date of birth',
  x: 'password or code',
}

export interface Marked {
  readonly text: string
  readonly findings: readonly { readonly kind: PersonalKind; readonly words: string }[]
}

const marked = (lines: string): Marked[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const findings = [...line.matchAll(/\[\[(\w):(.+?)\]\]/g)].map(([, letter = '', words = '']) => {
        const kind = LETTERS[letter]
        if (kind === undefined) throw new Error(`There is no kind ${letter}`)
        return { kind, words }
      })
      return { text: line.trim().replace(/\[\[\w:(.+?)\]\]/g, '$1'), findings }
    })

export const DEVELOPMENT = marked(`
  You charged [[c:4111 1111 1111 1111]] twice
  My card is [[c:5555-5555-5555-4444]], expires 12/27
  Amex [[c:378282246310005]] was declined
  card:[[c:6011111111111117]].
  Pay it to [[i:GB82 WEST 1234 5698 7654 32]] please
  IBAN [[i:DE89370400440532013000]]
  NL konto [[i:NL91 ABNA 0417 1643 00]] danke
  Sort code [[b:20-00-00 account 55779911]]
  My account number is [[b:31926819]] and it is empty
  Kontonummer: [[b:532013000]]
  SSN [[s:123-45-6789]] was printed on the envelope
  My NI number is [[n:AB 12 34 56 C]]
  Mail me at [[e:kim.example@mail.example.org]], thanks
  E-Mail: [[e:jörg@beispiel.de]]
  Ring me on [[p:07700 900123]]
  Call [[p:+44 7700 900 123]] after six
  You can reach me at [[p:(555) 234-5678]]
  [[p:555-234-5678]] is my number
  Meine Nummer: [[p:030 901820]]
  Appelez-moi au [[p:01 23 45 67 89]]
  Llámame al [[p:612345678]]
  I live at [[a:12 Acacia Avenue]], [[a:SW1A 1AA]]
  Send it to [[a:1600 Pennsylvania Ave]], [[a:Washington, DC 20500]]
  Ich wohne in der [[a:Lindenstraße 12]], [[a:10115 Berlin]]
  J'habite [[a:12 rue de la Paix]], [[a:75002 Paris]]
  Vivo en [[a:Calle Mayor, 12]]
  Mijn adres is [[a:Keizersgracht 123]], [[a:1015 CJ Amsterdam]]
  I was born on [[d:3 March 1980]]
  DOB [[d:03/04/1980]]
  Geburtsdatum: [[d:03.04.1980]]
  My password is [[x:hunter2!]] and it still says wrong
  Passwort: [[x:Geheim123]]
  PIN [[x:4821]] does not work
  The one-time code is [[x:482913]]
  My bill is wrong
  Order 4839201745 has not arrived
  Invoice 2026-000123 says £1,234.56 instead of £123.45
  Order number 0123456789 is missing an item
  Tracking 1Z999AA10123456784 shows nothing
  Complaint 01JD7Z3K8M0000000000000001 is still open
  The delivery was due on 12/03/2026 at 10:30
  I waited from 2026-11-01 to 2026-11-22
  You owe me 10 000 000 yen
  It cost $1,299.00 and lasted 2 weeks
  My password is not working
  The password reset is broken
  Card ending 4242 was refused
  Model 4111 1111 1111 1112 does not exist
  Flight BA 2490 on 3 March 2026 was cancelled
  I am a customer since 2009 and pay 45.99 a month
  We came at 12 and left at 3
  Version 10.14.6 of the app crashes
  The meter reading is 0045123
  Only 2 of 14 channels work
  The postcode finder is broken
  See https://shop.example/orders/4111111111111111?step=2
  @kimexample your app is down
`)

export const HELD_OUT = marked(`
  Refund [[c:4000 0566 5566 5556]] or I close the account
  They wrote [[c:5105105105105100]] on the receipt in full
  Diners [[c:3056 930902 5904]]
  The JCB [[c:3530111333300000]] does not work at your till
  Please use [[i:FR14 2004 1010 0505 0001 3M02 606]]
  Mi IBAN es [[i:ES9121000418450200051332]]
  [[i:CH93 0076 2011 6238 5295 7]] ist das richtige Konto
  sort code: [[b:04-00-04]]
  a/c no [[b:12345678]] was debited
  Routing number [[b:021000021]] is correct, I checked
  My social security number, [[s:219 09 9998]], is visible to everyone
  [[n:QQ123456C]] is not it, [[n:JG103759A]] is
  Contact: [[e:o.connor+bills@post.example.ie]]
  write to [[e:A_B@EXAMPLE.COM]]!
  My email ([[e:lee@firma.example]]) was leaked
  Please phone me: [[p:020 7946 0958]]
  WhatsApp [[p:+34 612 34 56 78]]
  Meine Handynummer ist [[p:0151 23456789]]
  text me [[p:415-555-0132]]
  Mijn nummer: [[p:06 12345678]]
  [[p:0033 1 23 45 67 89]] est mon numéro
  Nobody came to [[a:221B Baker Street]]
  The engineer went to [[a:M1 1AE]] instead of [[a:LS2 9JT]]
  I moved to [[a:742 Evergreen Terrace]], [[a:Springfield, IL 62704]]
  Lieferadresse: [[a:Hauptstr. 5]], [[a:80331 München]]
  Le colis devait arriver au [[a:3 impasse des Lilas]]
  Woon op [[a:Dorpsstraat 7]], [[a:3511 AB Utrecht]]
  Envíenlo a [[a:Avenida de la Constitución 4]]
  born [[d:12.5.1974]], so yes, I am of age
  Ma date de naissance : [[d:12/05/1974]]
  date of birth is [[d:May 12, 1974]]
  your guy asked for my password: [[x:Tr0ub4dor&3]]
  he read my PIN ([[x:0193]]) out loud
  security code [[x:917]] was asked for twice
  verification code [[x:555 812]] never arrives in time
  Ticket 55512399 was closed without an answer
  My order from 04/11/2026 was 3 weeks late
  Bestellung 0301234567 ist falsch
  Reference: 20261122-0098
  The 2 000 000th visitor banner hides the login
  I paid 1.234,56 € on 01.10.2026
  The code of conduct says otherwise
  My pin board arrived bent
  Password rules are silly
  IMEI 490154203237518 is blocked
  Router serial 00255 96748 1 is dead
  Room 1204 had no towels, room 1206 did
  Between 9:00 and 17:30 nobody answers
  The 4K TV 55PUS8517 flickers
  Train 9F23 to York was 62 minutes late
  I've been with you 12 years, 3 months, and counting
  Plan 500 MB became plan 1500 MB without asking
  Page 404 again
  Ref AB123456789GB says delivered
  The ratio 16:9 is cut off
  Bus 73 drove past me at 8.15
`)
