import type { Severity } from './complaint.ts'

/** What in a customer's words says how bad it is for them. How many people follow them is not among it. */
export type SignalName =
  | 'safety'
  | 'vulnerability'
  | 'discrimination'
  | 'legal-threat'
  | 'regulator'
  | 'repeated-failure'
  | 'money'

/** Phrases that give a signal, in the language of phrases.ts. */
export interface TriageRule {
  readonly signal: SignalName
  readonly severity: Severity
  readonly phrases: readonly string[]
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.split(','))
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')

const rule = (signal: SignalName, severity: Severity, phrases: string): TriageRule => ({
  signal,
  severity,
  phrases: lines(phrases),
})

const SAFETY = [
  rule(
    'safety',
    'critical',
    `gas leak*, leak* gas, smell* of? gas, gas smell, smell* ~ burning, burning smell, carbon monoxide
     caught|catches|catching fire, set|sets ~ on fire, is|was|are|were on fire, burst into flames, up in flames, house fire, kitchen fire
     electric|electrical shock*, electrocut*, shock from the, shock off the, exposed wir*, bare wir*, live wire*, sparking, sparks from|came|coming|flew|flying|flying
     smoke coming|pouring|came|billowing, smoke from the, explod*, explosion*, blew up in my hand
     scald*, burn|burns|burned|burnt|burning my|his|her|our|their hand|hands|arm|leg|skin|face|finger|fingers|mouth|tongue|son|daughter|child
     burned|burnt|burning myself|me, second|third degree burn*, injur*, hospitalised|hospitalized, ended up in? hospital, rush* to|into the? hospital
     taken|go|went|brought to hospital, in hospital because|after|with, ambulance*, emergency room, a e with|after|for|because, stitches
     broke|broken|fractured my|his|her arm|leg|wrist|ankle|hip|nose|foot|hand|collarbone|rib, concuss*, unconscious, passed out, chok*, anaphyla*, allergic reaction
     food poisoning, poisoned, poisoning, brake* fail*, failed brakes, brake* gave|stopped|went|didn't|don't|not, airbag* ~ deploy*
     could have been? killed|died|hurt, could've|couldve been? killed|died|hurt, nearly|almost killed|died|drowned|crashed|electrocuted, kill|killed someone|somebody|people
     life threatening, danger to life, risk to life, risk of death, trapped in ~ lift|elevator, stuck in ~ lift|elevator
     ceiling|wall|roof|balcony|stairs|staircase ~ collaps*, ceiling ~ came down, ceiling ~ fell
     swallow* ~ battery|magnet|glass, assault*, physically attack*, hurt my|his|her|our child|son|daughter|baby|kid|kids|back|neck|head|hand|knee|shoulder
     threaten* me|us|my, threaten* to hit|hurt|kill, was|were|been|got hurt, sexually assault*, groped
     someone|somebody|people|child|children ~ get|gets|be hurt|killed, knocked unconscious, water ~ electrics, bleeding heavily|badly`,
  ),
  rule(
    'safety',
    'high',
    `unsafe, dangerous*, not safe, isn't safe, aren't safe, wasn't safe, don't feel safe, safety risk|hazard|issue|concern|concerns|fault|defect, fire hazard|risk, fire risk
     health hazard|risk, health and safety, choking hazard, trip hazard, asbestos, black mould|mold, toxic mould|mold|fumes, fumes, raw sewage
     rat|rats|mouse|mice|cockroach* infest*, infest*, glass|metal|plastic in my|the|our food|meal|salad|soup|drink|burger|bread|cereal
     contaminat*, salmonella, e coli, listeria, batter* swell*|swollen|swelled|bulging|overheat*, overheat*, smoke alarm* ~ broken|fail*|not|doesn't|don't, fire alarm* ~ broken|fail*|not|doesn't|don't
     fire door* ~ broken|blocked|locked|not, fire exit* ~ blocked|locked, electrics ~ dangerous, razor sharp, melted, melting, door ~ won't lock, stalk*
     crashed because, nearly fell, fell down the, fell off, slipped on, tripped over`,
  ),
  // German, French, Spanish, Dutch
  rule(
    'safety',
    'critical',
    `gasleck*, gasgeruch, nach gas, kohlenmonoxid, stromschlag*, verbrannt, brandwunde*, in brand, feuer gefangen, explodier*, explosion, verletz*, krankenhaus, notaufnahme, krankenwagen, lebensgefahr*, lebensgefährlich*, erstick*, vergiftet, lebensmittelvergiftung, bremsen versag*, rauch aus|kam
     fuite de gaz, odeur de gaz, monoxyde, électrocut*, choc électrique, pris feu, prend feu, en feu, incendie, explosé, blessé|blessée|blessés, blessure*, brûlé*, brûlure*, hôpital, hospitalis*, ambulance, urgences avec|après|pour, danger de mort, intoxication alimentaire, étouff*, freins ont|lâché
     fuga de gas, olor a gas, huele a gas, monóxido, descarga eléctrica, electrocut*, incendio, se incendió, explot*, explosión, herid*, lesion*, quemadura*, me quemé, quemó, al|el hospital, ambulancia, intoxicación, peligro de muerte, asfixi*, frenos fall*
     gaslek*, gaslucht, ruik* gas, koolmonoxide, elektrische schok, elektrocut*, vlam gevat, in brand, ontplof*, explosie, gewond*, letsel, brandwond*, ziekenhuis, ambulance, levensgevaar*, voedselvergiftiging, stikken, remmen ~ weiger*`,
  ),
  rule(
    'safety',
    'high',
    `gefährlich*, unsicher*, brandgefahr, sicherheitsrisiko, schimmel, nicht sicher, überhitz*, gesundheitsgefähr*
     dangereu*, risque d incendie, pas sûr, moisissure*, surchauff*, insalubre
     peligros*, peligro, inseguro, insegura, riesgo de incendio, moho, sobrecalient*
     gevaarlijk*, gevaar, onveilig*, brandgevaar, niet veilig, schimmel, oververhit*`,
  ),
]

const VULNERABILITY = [
  rule(
    'vulnerability',
    'critical',
    `suicid*, kill myself, killing myself, end my life, ending my life, take my own life, want to die, don't want to live, no reason to live, not worth living, self harm*, harm myself, hurt myself because
     selbstmord*, suizid*, mich umbringen, umbringen, nicht mehr leben, das leben nehmen
     me suicider, me tuer, envie de mourir, plus envie de vivre
     suicidarme, matarme, quitarme la vida, no quiero vivir
     zelfmoord, zelfdoding, niet meer leven, mezelf van kant
     oxygen concentrator, home oxygen, ventilator, dialysis, life support, insulin fridge|cold|warm|ruined|spoiled, without insulin, without ~ oxygen`,
  ),
  rule(
    'vulnerability',
    'high',
    `disab*, wheelchair*, registered|legally|partially|totally blind, i'm|am|is|he's|she's|are blind, visually impaired, visual impairment, partially sighted, sight loss
     i'm|am|is|he's|she's|are deaf, profoundly deaf, deaf customer|mother|father|son|daughter|husband|wife, hard of hearing, hearing impaired|impairment|loss
     dementia, alzheimer*, parkinson*, elderly, frail, pensioner*, oap, #old year|years|yr|yrs old?, aged #old, vulnerable, priority services register, housebound, bedridden, bed bound
     pregnan*, newborn*, my|our|a|the new? baby has|is|was|needs|cries|with|and|in|without, with a? newborn|baby|toddler, week|weeks|month|months old baby|son|daughter|boy|girl|twins
     small|young children|kids|child, premature baby, cancer, chemo*, radiotherapy, dialysis, insulin, diabet*, oxygen machine, medical condition|equipment|device|needs|emergency, my medication, her medication, his medication
     terminal* ill*, seriously ill, critically ill, chronic* ill*, life limiting, autis*, adhd, learning difficult*|disab*, brain injury, mental* health, mental* ill*, depression, depressed, bipolar, schizophren*
     anxiety, panic attack*, ptsd, nervous breakdown, bereave*, grieving, passed away, husband|wife|mother|mum|mom|father|dad|son|daughter|brother|sister|partner ~ died, death of my, death certificate, my late husband|wife|mother|mum|father|dad, funeral
     carer for, caring for my, full time carer, domestic abuse|violence, abusive ex|partner|husband|wife, homeless*, evict*, bailiff*, can't|cannot|can|unable ~ afford to? eat|food|heat|heating|rent|feed, couldn't ~ feed|afford
     no money for|to food|eat|feed|rent|left, choose between|heating and|or|eating, food bank*, on|live|living|claim|claiming benefits, universal credit, disability allowance, financial hardship, financial difficult*, in debt, lost my job, made redundant, gambling addict* , gambling problem
     single mother|mum|mom|father|dad|parent, had a stroke, stroke survivor|patient, epilep*, pacemaker, asthma*, heart condition|attack|failure, copd, stairlift, refugee*, asylum, can't read, cannot read, dyslexi*`,
  ),
  rule(
    'vulnerability',
    'high',
    `behinder*, schwerbehindert*, rollstuhl*, blind bin, schwanger*, demenz*, pflegebedürftig*, rentner*, krebs, depression*, depressiv, alleinerziehend*, neugeboren*, säugling, baby ist|hat|friert|ohne, verstorben*, gestorben, todesfall, obdachlos*, hartz, bürgergeld, schwer krank, dialyse, arbeitslos*
     handicap*, fauteuil roulant, enceinte, âgée|âgées, démence, cancer, dépression, nouveau né, nourrisson, mon bébé, malvoyant*, malentendant*, décédé*, décès, deuil, au rsa, sans abri, expulsé*, maladie grave, retraité*, mère célibataire
     discapacitad*, discapacidad, silla de ruedas, embarazada, anciano*, anciana*, demencia, cáncer, depresión, recién nacid*, mi bebé, falleci*, luto, desahuci*, ciego, ciega, sordo, sorda, jubilad*, madre soltera, en paro, enfermedad grave
     gehandicapt*, rolstoel*, zwanger*, dementie, bejaard*, oudere moeder|vader, kanker, depressie, depressief, pasgeboren, mijn baby, overleden, dakloos, slechtziend*, slechthorend*, alleenstaande moeder, uitkering, voedselbank, ernstig ziek`,
  ),
]

const DISCRIMINATION = [
  rule(
    'discrimination',
    'high',
    `discriminat*, racis*, racial* abuse*|slur*|profil*|motivated|remark*|comment*|insult*, sexis*, misogyn*, homophob*, transphob*, islamophob*, antisemit*, anti semit*, xenophob*, ageis*, ableis*, bigot*
     because of my|our|his|her|their skin|race|colour|color|accent|religion|faith|age|disability|gender|sex|name|surname|nationality|ethnicity|hijab|headscarf|turban|kippah|sexuality|orientation|wheelchair|pregnancy|origin|passport|hearing
     due to|to my|our|his|her|their race|skin|accent|religion|age|disability|gender|nationality|ethnicity|sexuality, because i|he|she|we am|is|are a? black|asian|gay|lesbian|trans|transgender|muslim|jewish|hindu|sikh|woman|female|disabled|old|foreign|foreigner|polish|romanian|african|indian|pakistani|chinese|deaf|blind|pregnant|gypsy|traveller
     because i'm|he's|she's|we're a? black|asian|gay|lesbian|trans|transgender|muslim|jewish|hindu|sikh|woman|female|disabled|old|foreign|foreigner|polish|romanian|african|indian|pakistani|chinese|deaf|blind|pregnant|gypsy|traveller
     equality act, protected characteristic*, reasonable adjustment*, ada violation*|complian*|compliant, americans with disabilities act, not|isn't|wasn't wheelchair accessible, no wheelchair access|ramp
     guide|assistance|service dog ~ refus*|denied|turned|not, refus* ~ guide|assistance|service dog, no guide|assistance|service dogs, hate crime|speech, go back to your|where, mock* my accent|stammer|stutter|disability|weight|religion|hijab
     made|making fun of my|his|her accent|stammer|stutter|disability|religion, misgender*, dead named, deadnam*, segregat*, my kind not|aren't, people like me aren't|not, your|my kind
     imitat* my accent, laughed at my accent|stammer|stutter|disability, prejudice* against, prejudiced`,
  ),
  rule(
    'discrimination',
    'high',
    `diskriminier*, rassis*, rassist*, sexist*, wegen meiner hautfarbe|herkunft|religion|behinderung, wegen meines alters|kopftuchs|akzents|namens, ausländerfeindlich*, fremdenfeindlich*, schwulenfeindlich*, antisemit*, homophob*, =AGG
     discrimin*, raciste*, racisme, sexiste*, sexisme, antisémit*, à cause de ma peau|couleur|religion|nationalité, à cause de mon origine|accent|âge|handicap|voile|nom, homophob*, xénophob*
     discrimina*, racista*, racismo, machist*, por ser mujer|negro|negra|gay|gitano|gitana|extranjero|extranjera|inmigrante|mayor, por mi raza|acento|religión|edad|color|nacionalidad, xenófob*, homófob*
     discrimin*, racis*, seksis*, vanwege mijn huidskleur|afkomst|geloof|leeftijd|handicap|hoofddoek|accent|naam, homofob*, vreemdelingenhaat`,
  ),
]

const LEGAL = [
  rule(
    'legal-threat',
    'high',
    `will|i'll|we'll|to|gonna|can|could|would|should|and|or|must|may|might =sue|=SUE, =sue|=SUE you|your|them|the|for|over|their|this|if|unless|u, suing, i|we|we've|i've sued, being sued, be sued
     legal action*, legal proceedings, legal advice, legal route, legal steps, legal claim, legal team ~ will|has|is|advised, legally binding, legal representative*, legal letter, taking this legal, go legal, lawyer up, lawyering up
     my|our solicitor|lawyer|attorney|solicitors|lawyers|barrister|solicitor's will|has|have|is|are|says|said|to|contact|advised|advises|told, my|our lawyer's
     speak*|talk*|spoke|spoken|talked|writ*|consult*|contact*|instruct*|hir*|see|seeing|seen|calling|call|engag*|retain*|ring|ringing|asked with|to? my|a|our|an|the solicitor|lawyer|attorney|barrister|solicitors|lawyers|attorneys
     hear* from my|our|the solicitor|lawyer|attorney|solicitors|lawyers|attorneys, hand* ~ over to|to my|our|a solicitor|lawyer|attorney|solicitors|lawyers, through|via my|our solicitor|lawyer|attorney|solicitors|lawyers
     small claims, county court, high court action, magistrates, take|taking|took|taken|see|seeing|have you|this|them|it|your|ya ~ court, go|going|gone|went|off to? court, then|straight to court, court action|proceedings|claim|case|papers|summons|judgment|judgement, ccj against
     issue|issuing|file|filing|filed|start|starting|started|bring|bringing ~ claim|proceedings|lawsuit|case against|court|in, letter before action|claim|proceedings, pre action, class action, lawsuit*, litigat*, money claim, mcol, file|filing|filed suit
     breach of contract, in breach of, press|pressing charges, tribunal*, arbitration, damages claim, claim damages, claim|claiming|seek|seeking compensation through|via|in, statutory rights, consumer rights act, section 75, chargeback, sale of goods act, data protection act
     report* ~ to the police, reported|reporting ~ police, go|going|gone|went to the police, police complaint|report, fraud report, action fraud`,
  ),
  rule(
    'legal-threat',
    'high',
    `anwalt, anwalts, anwältin, rechtsanwalt*, rechtsanwält*, rechtliche schritte, gerichtlich*, vor gericht, verklag*, klage ein|einreichen|erheben, werde|will klagen, anzeige erstatten, strafanzeige, mahnbescheid*, mahnverfahren, rechtsweg, juristische schritte, schadenersatz*, schadensersatz*
     avocat*, tribunal*, porter plainte, dépose* plainte, déposer une? plainte, mise en demeure, poursuites, poursuivre en|vous, action en justice, en justice, dommages et intérêts, huissier
     abogad*, demandar*, demanda judicial, denuncia*, denunciar*, acciones legales, vía judicial, juzgado*, tribunales, a juicio, burofax
     advocaat, jurist, juridische stappen, naar de rechter, rechtszaak, dagvaard*, aanklagen, ingebrekestelling, in gebreke, aangifte, deurwaarder, rechtsbijstand*, schadevergoeding ~ eis*`,
  ),
]

const REGULATOR = [
  rule(
    'regulator',
    'high',
    `ombudsm*, ombudsperson*, the|your|a|our|to|industry|financial|energy|telecoms|water regulator|regulators, regulatory body|complaint|authority, industry|consumer watchdog, the watchdog
     fca, financial conduct authority, =FOS, =fos, =PRA, prudential regulation authority, ofcom, ofgem, ofwat, ofsted, ofqual, =ORR, =ICO, information commissioner*, cisas, trading standards, =ASA, advertising standards authority
     =CMA, competition and markets, =CAA, civil aviation authority, citizens advice, =CQC, care quality commission, =SRA, =HSE, health and safety executive, environmental health, payment systems regulator, consumer council
     cfpb, consumer financial protection, =FTC, federal trade commission, =FCC, =SEC, finra, =OCC, fdic, attorney general, attorney general's, =BBB, better business bureau, public utility|utilities|service commission, =PUC, department of transportation|insurance|consumer, state insurance commissioner, insurance commissioner, =OSHA, =CPSC, =FDA, =NHTSA, =HUD
     asic, afca, accc, =TIO, fair trading, consumer affairs, oaic, =APRA, acma, =EWON, =EWOV, =EWOQ, essential services commission, commerce commission, =FCAC, =OBSI, =CCTS, =CRTC, competition bureau, privacy commissioner, human rights commission
     comreg, fspo, central bank of ireland, =CCPC, data protection commission*, data protection authority, supervisory authority, european commission, =ESMA, =EIOPA, =EBA, my|your|our mp ~ know|about|write|complain|wrote, write|writing|wrote|written|contact|contacting to? my|our mp, congressman, congresswoman, senator
     bafin, bundesnetzagentur, schlichtungsstelle*, schlichter, verbraucherzentrale*, verbraucherschutz*, datenschutzbehörde*, datenschutzbeauftragte*, aufsichtsbehörde*, bundeskartellamt, gewerbeaufsicht*, gesundheitsamt, finma
     acpr, =AMF, dgccrf, arcep, cnil, médiateur*, médiatrice, défenseur des droits, signalconso, signal conso, répression des fraudes, ufc que choisir, 60 millions de consommateurs
     cnmv, banco de españa, =OCU, cnmc, aepd, oficina de consumo, oficina del consumidor, oficina municipal, hoja de reclamaciones, hojas de reclamaciones, defensor del pueblo, facua, protección de datos
     =AFM, =ACM, =DNB, kifid, autoriteit persoonsgegevens, autoriteit consument, geschillencommissie*, consumentenbond, consuwijzer, toezichthouder, nvwa`,
  ),
]

const REPEATED = [
  rule(
    'repeated-failure',
    'high',
    `#th time*, #th call|complaint|attempt|email|engineer|visit|appointment|replacement|chat|letter|ticket|message|week|month|agent|person|repair|delivery in? , call*|rang|rung|ringing|phoned|phone|phoning|email*|mailed|written|wrote|writing|contact*|complain*|chas*|report*|ask*|tried|been|tweeted|messaged|visited|told|explained|spoken|spoke|waited ~ # times
     # times now|already|so|and|in|this|to|about|over|without, # calls|emails|complaints|letters|visits|attempts|engineers|appointments|phone|chats|tickets|replacements|messages|agents|different|departments|people|advisers|advisors, again and again, over and over, time and again, time and time, time after time, week after week, month after month, day after day, year after year
     umpteenth, nth time, for the hundredth, countless times|calls|emails, numerous times|calls|emails|occasions, several times|calls|occasions, multiple times|calls|occasions|emails, many times, so many times, endless calls|emails, on # occasions, # occasions
     passed|sent|pushed|bounced|transferred from|around|between|pillar, from pillar to post, going|went|sent|go round|around in circles, keeps|keep|kept happening|failing|breaking|dropping|charging|cancelling|canceling|ignoring|promising|telling|saying|sending, continue* to ignore|charge|bill|fail, still not ~ after #, every single time|month|week|day`,
  ),
  rule(
    'repeated-failure',
    'normal',
    `still no|nothing, still not fixed|working|resolved|sorted|received|arrived|had|heard|been|here|refunded|got|happened|done|delivered|repaired|right, still waiting, still hasn't|haven't|isn't|doesn't|don't|can't|cannot|won't|aren't|unresolved|broken|unable|down, still being, yet again, once again, again no, not again, again this
     second time, twice now|already|before, happened|happening|happens again, broken|down|failed|late|cancelled|wrong again, same problem|issue|fault|mistake|error again, nobody|noone|none has|have ever? called|replied|responded|rung|answered|phoned|come|turned|showed|got|bothered|fixed
     no one has|have ever? called|replied|responded|rung|answered|phoned|come|turned|showed|got|bothered|fixed
     nobody|noone called|replied|responded|rang|answered|came|turned|showed|calls|replies|answers|responds|bothered|phoned, no one called|replied|responded|rang|answered|came|turned|showed|calls|replies|answers|responds|bothered|phoned, never called|rang|replied|responded|answered|showed|turned|came|heard|got|calls|arrived, no|zero reply|response|answer|callback, no|zero call back, ignor* my|me|us|by|every, keep|keeps getting|ringing|calling|being, as usual, waited|waiting|been|after # weeks|months|years|days, for # weeks|months|years now|and|without, # weeks|months later`,
  ),
  rule(
    'repeated-failure',
    'high',
    `zum #th mal, #th mal, # mal angerufen|geschrieben|gemeldet|kontaktiert|reklamiert, mehrfach, mehrmals, immer wieder, schon wieder, wieder und wieder, seit wochen, seit monaten, zigmal, unzählige male, ständig
     appelé|appelée|écrit|contacté|contactée|relancé|réclamé|demandé ~ # fois, # fois que, plusieurs fois, #th fois, à maintes reprises, encore et encore, sans cesse, maintes fois, depuis des semaines, depuis des mois, à plusieurs reprises, toujours aucune, toujours pas, toujours rien
     llamado|llamé|escrito|escribí|reclamado|contactado|pedido ~ # veces, # veces que|he|hemos, varias veces, una y otra vez, muchas veces, #th vez, otra vez, repetidamente, desde hace semanas|meses, sigo sin, seguimos sin, todavía no, aún no, nadie me
     # keer gebeld|gemaild|gevraagd|geschreven|langs|gemeld, # keer contact|dat|al, meerdere keren, keer op keer, telkens weer, steeds weer, #th keer, steeds, alweer, al weken, al maanden, herhaaldelijk, nog steeds geen|niet`,
  ),
  rule(
    'repeated-failure',
    'normal',
    `immer noch keine|kein|nicht|nichts, noch immer keine|kein|nicht|nichts, niemand hat|ruft|antwortet|meldet, keine antwort|rückmeldung|reaktion, keinerlei antwort|reaktion
     aucune réponse, sans réponse, personne ne, encore une fois, à nouveau
     sin respuesta, ninguna respuesta, nadie contesta|responde|ha
     geen reactie|antwoord, nog geen, niemand heeft|belt|reageert`,
  ),
]

const MONEY = [
  rule(
    'money',
    'high',
    `life savings, all my|our savings, my|our|entire|whole savings, pension pot, house deposit, thousands of pounds|dollars|euros, hundreds of pounds|dollars|euros, lost thousands, lost hundreds, owe* me thousands|hundreds, emptied my|our account, drained my|our account, account ~ emptied|drained|cleaned, stole|stolen ~ money|savings, can't|cannot pay my rent|mortgage|bills, missed mortgage|rent payment, repossess*, default on my credit, credit score|rating|file ruined|damaged|affected|hit|wrecked
     ersparnisse, tausende euro, économies de, toutes mes économies, milliers d euros, mis ahorros, miles de euros, spaargeld, duizenden euro*`,
  ),
  rule(
    'money',
    'normal',
    `charged|billed|paid|debited|invoiced|pay|paying|charge|charging|bill|billing me? twice|double, charged|billed|debited two|three times, double charged|billed|charge|billing|payment, overcharg*, over charged, overbill*, took ~ twice, out of pocket, went overdrawn, overdraft fee*, overdrawn
     doppelt abgebucht|berechnet|bezahlt, zweimal abgebucht|berechnet, überzahlt, débité|prélevé|facturé deux fois, prélevé en double, cobrado dos veces, cobrado doble, cobrado de más, cobro indebido, dubbel betaald|afgeschreven|gefactureerd, twee keer betaald|afgeschreven|gefactureerd`,
  ),
]

export const TRIAGE_RULES: readonly TriageRule[] = [
  ...SAFETY,
  ...VULNERABILITY,
  ...DISCRIMINATION,
  ...LEGAL,
  ...REGULATOR,
  ...REPEATED,
  ...MONEY,
]

/** Phrases in which the words of a rule mean something else: what overlaps one gives no signal. */
export const IDIOMS: readonly string[] = lines(`
  power of attorney, power of attorneys, food court, tennis court, squash court, court shoes, court road|street|lane, ball's in your court, court of public opinion, without prejudice, pride and prejudice, price discriminat*, discriminating taste*|customer*|palate*
  deaf ears, blind eye, blind spot*, window blind*, roller blind*, venetian blind*, blind alley, vertical blind*, deaf to
  killing me, fire stick, fire tv, fire tablet, fire sale, amazon fire, kindle fire, sparks joy, explosion of, data explosion, ad explosion
  adding insult to injury, add insult to injury, insult to injury, injury time, brake discs ordered, dangerously good, dangerously close|addictive, dangerously tasty
  voltage regulator*, gas regulator*, pressure regulator*, the regulator valve, shower regulator, regulator hose|valve|knob
  elderly router|phone|laptop|computer|device|modem, disable my|the|this|it|that|notifications|autoplay|auto|marketing|location, disabled my|the|your|this|notifications|account|by, disables, disabling, account ~ disabled, been disabled, was disabled, is disabled by, feature ~ disabled, button ~ disabled, card ~ disabled, link ~ disabled, service ~ disabled, number ~ disabled, login ~ disabled, temporarily disabled, disabled because|after|until
  injury to my wallet, baby steps, baby monitor, baby blue, baby food, cancer charity|research, cancer zodiac, choke hold, artichok*, shock absorber, life support machine for, water ventilator, fan ventilator, ventilator fan
  fair trading price, attorney general store, safe and well, still no complaints, still no problem*, still no issue*, still not sure|certain, still nothing beats, once again thank*, once again thanks, once again great, second time buyer|lucky, second time round great
  a sec, one sec, in a sec, two secs, several times cheaper|faster, # times faster|cheaper|better|bigger|larger|more|the|as|a|per|daily|table|tables, many times faster|better, # people in, # people live, # different colours|colors|flavours|sizes|models
  infested with ads, melted my heart, melting pot, melted cheese, melted butter, fumes at, fuming, unconscious bias, contaminated data, chronically late, assault on my senses, assault course, depression era, tropical depression, sea of depression
  explosive growth, explodes with, racism awareness, stalking horse, homeless shelter donation, vulnerable to attack|hackers|hacking, software vulnerab*, security vulnerab*, injury lawyers advert, keep|keeps getting better, kept calling it, legal tender, legal name, legal age
  electric shock absorber, broken english, burned a cd, burn rate, burning question, burning through, burnt toast, burning desire, crash course, trip over words, small claims to fame, passed out flyers|leaflets
`)

/** Words that turn what follows, in the same clause, into its opposite. */
export const NEGATORS: ReadonlySet<string> = new Set(
  (
    "no not never without nobody none nor neither cannot can't don't doesn't didn't won't wouldn't isn't wasn't aren't weren't " +
    "haven't hasn't hadn't shouldn't couldn't ain't dont didnt wont isnt wasnt cant rather avoid " +
    'nicht kein keine keinen keinem keiner keines niemand nie ohne weder pas aucun aucune sans personne jamais ni sin nadie ningún ninguna ' +
    'nunca tampoco niet geen niemand nooit zonder'
  ).split(' '),
)

/** Words at which the reach of a negation ends: a new subject, or a turn. */
export const NEGATION_ENDS: ReadonlySet<string> = new Set(
  (
    "i i'm i'll i've i'd im ill we we're we'll we've but because so then and unless until otherwise although though after " +
    'ich wir aber weil und sonst mais parce et je nous sinon pero porque y yo maar omdat en ik wij anders only just wonder doubt believe'
  ).split(' '),
)
