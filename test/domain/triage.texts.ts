import type { SignalName } from '../../functions/domain/triage-rules.ts'

/*
 * Invented complaints, labelled by hand with the signals that a careful person would see in them. The rules were written
 * with the first set at hand; the second was written after them and is not to be tuned on.
 */

const LETTERS: Readonly<Record<string, SignalName>> = {
  S: 'safety',
  V: 'vulnerability',
  D: 'discrimination',
  L: 'legal-threat',
  R: 'regulator',
  F: 'repeated-failure',
  M: 'money',
}

export interface Labelled {
  readonly text: string
  readonly signals: readonly SignalName[]
}

/** A line each: the letters of its signals, or a hyphen for none, and the text. */
const labelled = (lines: string): Labelled[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, letters = '', text = ''] = /^\s*(\S+) +(.+)$/.exec(line) ?? []
      const signals = letters === '-' ? [] : [...letters].map((letter) => LETTERS[letter])
      if (text === '' || signals.includes(undefined)) throw new Error(`Not a labelled text: ${line}`)
      return { text, signals: signals as SignalName[] }
    })

export const DEVELOPMENT = labelled(`
  -   My bill is wrong
  -   The app crashes whenever I open the statements page.
  -   Why does the live chat close at five?
  -   I would like a paper bill instead of the online one please
  -   There was no injury and nobody was hurt, but the box was crushed
  -   I'm not going to sue you, I just want an apology
  -   I spoke to Sue in billing and she was lovely but could not help
  -   I got a shock when I saw how small the portion was
  -   Please disable the marketing emails on my account
  -   The Fire Stick remote stopped pairing
  -   This queue is killing me
  -   My complaints fall on deaf ears
  -   You turned a blind eye to it
  -   I hold power of attorney for my uncle and the form does not accept it
  -   Your tablet adds insult to injury with its adverts
  -   The voltage regulator you sent does not fit
  -   The court shoes I ordered came in the wrong size
  -   I paid £3.20 for a coffee that was cold
  -   The router works fine but the app says it's offline
  -   Delivery came on Tuesday rather than Monday
  -   Your website is a burning mess
  -   I have a discriminating taste in tea and this is not it
  -   Our baby monitor subscription was not renewed
  -   The roller blinds came in beige
  -   Second time buyer and still no complaints, except the packaging
  -   No danger of anybody recommending you
  -   El color del sofá no es el que pedí
  -   Die Lieferung kam einen Tag zu spät
  -   Le livreur a laissé le colis chez le voisin
  -   De kleur van de jas klopt niet
  S   There is a smell of gas in the kitchen since your engineer left
  S   The charger caught fire on my desk
  S   My son got an electric shock from the kettle
  S   I found a piece of glass in my salad
  S   The stair rail you fitted is unsafe
  S   The brakes failed on the hire car on the motorway
  S   After eating there both of us had food poisoning
  S   Carbon monoxide alarm went off after the boiler service
  S   I burnt my hand on the lid
  S   Your driver threatened me at my own door
  S   Black mould covers the bedroom wall
  S   Das Netzteil hat Feuer gefangen
  S   Hier riecht es nach Gas
  S   Le chargeur a pris feu cette nuit
  S   Huele a gas desde que vino el técnico
  S   Het stopcontact is gevaarlijk
  V   I'm registered blind and your letters are in tiny print
  V   My mother is 84 years old and cannot use the app
  V   I am pregnant and had to stand for three hours
  V   My husband passed away in March and you still write to him
  V   I cannot afford food this week because of your direct debit
  V   We have a newborn and no hot water
  V   My dad has dementia and was sold a contract he does not understand
  V   I'm autistic and phone calls are impossible for me
  V   Honestly I want to die, I cannot cope with these letters
  V   I live on Universal Credit and need that refund today
  V   Ich sitze im Rollstuhl und der Aufzug ist kaputt
  V   Je suis enceinte et je n'ai pas de chauffage
  V   Mi madre tiene demencia y no entiende la carta
  V   Mijn man is overleden en u blijft brieven sturen
  D   Your guard refused my guide dog
  D   I was turned away because of my accent
  D   The clerk made a racist remark
  D   This is discrimination, plain and simple
  D   Because I'm a woman he asked to speak to my husband
  D   Der Mitarbeiter war rassistisch
  D   J'ai subi une discrimination dans votre magasin
  D   Me trataron así por ser gitano
  D   Ik werd geweigerd vanwege mijn hoofddoek
  L   If this isn't fixed by Friday I will sue
  L   You will be hearing from my solicitor
  L   See you in small claims court
  L   I am taking legal action
  L   My lawyer will be in touch
  L   I'm doing a chargeback with my bank
  L   Ich werde einen Anwalt einschalten
  L   Je vais porter plainte
  L   Voy a demandar a la empresa
  L   Ik stap naar de rechter
  R   I am going to the ombudsman
  R   Ofcom will hear about this
  R   I have reported you to the FCA
  R   Filing with the CFPB today
  R   Complaint lodged with AFCA
  R   Ich melde das der BaFin
  R   Je saisis la DGCCRF
  R   Pondré una hoja de reclamaciones
  R   Ik meld dit bij de ACM
  F   This is the fifth time I am writing
  F   I have called you five times about it
  F   Still no reply from anybody
  F   Nobody called me back
  F   Again and again the same excuse
  F   Passed from pillar to post by your departments
  F   Every single month the same error on the bill
  F   Ich habe dreimal angerufen und immer noch keine Antwort
  F   Toujours aucune réponse de votre part
  F   Llevo semanas esperando y sigo sin respuesta
  F   Voor de derde keer is de monteur niet gekomen
  M   You owe me £640 for the cancelled holiday
  M   I was charged twice this month
  M   A refund of $1,250.00 is missing
  M   Mir fehlen 249,99 € aus der Rückgabe
  M   On m'a prélevé deux fois
  M   Me han cobrado dos veces
  M   Er is dubbel afgeschreven
  FM  Third time I'm asking for my £120 back
  SF  Third complaint about exposed wires in the hallway
  VF  I'm disabled and have been waiting 3 weeks for a call
  LR  Fix it or I go to the ombudsman and then to court
  MR  £2,000 gone and Ofgem is next
  SV  The heater is dangerous and we have a newborn
`)

export const HELD_OUT = labelled(`
  -   The parcel shows as delivered but it is not here
  -   Your app logs me out whenever I switch to Wi-Fi
  -   How do I change the name on my account?
  -   The waiter forgot our drinks and then forgot the bill
  -   Chat agent told me to restart the router and left
  -   No one was injured, but the shelf is in pieces
  -   I would never take you to court over a toaster, but please replace it
  -   My neighbour Sue got hers a day earlier
  -   The fire pit arrived without its legs
  -   Battery life on the new phone is shockingly short
  -   The new regulator valve for the shower is missing from the kit
  -   Notifications were disabled after the update and I can't turn them on
  -   The colour on the website looks nothing like the curtains
  -   Racing bike saddle came in black, ordered brown
  -   I have been a customer for fifteen years and never complained
  -   Ticket said £12 and I paid £14
  -   I'm dying to know when the series is back on your platform
  -   Hold music is torture, please change it
  -   Your courtesy car smelt of cigarettes
  -   The hotel's blind spot camera note was odd, otherwise fine
  -   We ordered two medium pizzas and got two large ones
  -   Great product, terrible manual
  -   The elderly laptop you lent me is too slow for the training
  -   Win a £500 prize? Just let me unsubscribe
  -   Mein Paket liegt seit gestern beim Nachbarn, bitte umleiten
  -   Quiero cambiar la dirección de entrega
  -   Votre site ne marche pas sur mon téléphone
  -   De app start niet op
  S   Sparks came out of the socket your electrician replaced
  S   The pram wheel came off and my daughter was injured
  S   My e-bike battery exploded in the garage
  S   The lift dropped two floors with us trapped in the lift
  S   Cashier was attacked and your security just stood there while I was assaulted
  S   I ended up in hospital after the allergic reaction, the label said nut free
  S   The baby gate snapped, he fell down the stairs
  S   Tyre burst because you fitted it wrong, we could have died
  S   There are rats in the flat you let to me
  S   Aus der Waschmaschine kam Rauch und es war lebensgefährlich
  S   Ma fille s'est brûlée avec votre bouilloire
  S   El ascensor es peligroso, casi se cae
  S   Mijn zoon kreeg een elektrische schok
  V   I use a wheelchair and the ramp was locked
  V   My nan is 91 years old and was left in the dark
  V   I have cancer and cannot spend hours on hold
  V   Since my wife died I cannot get into the joint account
  V   I'm a single mum and you took the rent money
  V   Insulin went warm because the fridge you sold me broke
  V   My brother has learning difficulties and your shop sold him four phones
  V   I am deaf, please stop telling me to ring you
  V   We are being evicted because of your reference
  V   This has pushed me into a depression
  V   Meine Mutter ist pflegebedürftig und ohne Telefon
  V   Je suis malvoyant et votre site est illisible
  V   Estoy embarazada y me hicieron esperar de pie
  V   Ik zit in een rolstoel en kon er niet in
  D   He told me to go back to my country
  D   Your doorman let everyone in but us, because we are black
  D   No reasonable adjustments were offered for my interview
  D   Staff were openly homophobic towards my husband
  D   Refused entry with my assistance dog
  D   I was treated worse due to my age
  D   Ich wurde wegen meiner Herkunft abgelehnt
  D   On m'a refusé à cause de mon voile
  D   El guardia fue racista conmigo
  L   My attorney has advised me not to speak to you directly
  L   I'll see you in court
  L   Expect a letter before action on Monday
  L   I shall be issuing proceedings
  L   We're joining the class action
  L   You are in breach of contract and I want out
  L   Sonst leite ich rechtliche Schritte ein
  L   Dernier courrier avant mise en demeure
  L   Si no contestan, tomaré acciones legales
  L   Mijn advocaat neemt contact op
  R   The Financial Ombudsman has a file on you now
  R   I've written to Trading Standards
  R   BBB complaint filed
  R   ASIC should look at this
  R   I'll be contacting the information commissioner about my data
  R   Die Bundesnetzagentur ist informiert
  R   Je vais contacter le médiateur
  R   Voy a ir a la oficina de consumo
  R   Ik ga naar de geschillencommissie
  F   Four engineers have been and it still isn't working
  F   I have emailed seven times
  F   Another week, another no show, this keeps happening
  F   No one ever rang me back
  F   Same fault again, third replacement
  F   I keep getting sent round in circles
  F   Zum vierten Mal kam niemand
  F   Cela fait quatre fois que j'appelle
  F   He llamado seis veces
  F   Al drie keer gebeld
  M   Where is my 900 euro deposit
  M   You have taken £85.50 from my account without asking
  M   I lost my life savings through your investment page
  M   AUD 3,400 for a fridge that does not cool
  M   Mir wurde doppelt abgebucht
  M   Vous me devez 350 €
  M   Me deben 1.200 euros
  M   Er is 275 euro te veel geïncasseerd
  SF  Second gas leak this year and still no engineer
  VM  I'm on benefits and you took £310
  FR  I've complained three times, next stop is the regulator
  LM  Pay back the £4,999 or I'm calling my lawyer
  DR  Racist abuse by your driver, I've told the Equality and Human Rights Commission
  SVF My baby has asthma, there is black mould, and nobody has come in 6 weeks
`)
