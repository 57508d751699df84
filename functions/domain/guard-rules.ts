/** What may be wrong with a reply that is about to be sent. */
export const GUARD_RULES = [
  'bounce',
  'stock-answer',
  'unanswered-issue',
  'personal-data',
  'abuse',
  'promise-not-recorded',
  'outside-reply-window',
] as const
export type GuardRule = (typeof GUARD_RULES)[number]

const lines = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.split(','))
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '')
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
const set = (text: string): ReadonlySet<string> => new Set(words(text))

/** Where customers are sent: not we, here. */
const ELSEWHERE =
  'team|teams|department|departments|dept|helpline|hotline|line|lines|desk|care|services|support|centre|center|office|offices|branch|branches|store|stores|shop|shops|retailer|seller|manufacturer|landlord|contractor|supplier|provider|operator|courier|bank|council|councillor|agent|agency|company|reception|relations|website|site|portal|chatbot|webchat|chat|dealer|insurer|authority|warehouse|depot|counter|kiosk|practice|surgery|pharmacy|clinic|doctor|airline|airport|hotel|garage|university|school|vendor|merchant|broker|host|agents|staff|colleague|colleagues|adviser|advisers|advisor|advisors|specialists|experts|representative|representatives|number|switchboard|academy|installer|builder|developer|freeholder|marketplace|app'
const THE = 'our|the|your|my|any|a|an|their|its|that|another|one|local|either'

/** How the customer is told to go elsewhere; each holds only where it is they who are to do it. */
export const BOUNCES = lines(`
  call|ring|phone|telephone|dial|contact|email|tweet|ask|chase|try|visit|use|see|approach|consult ${THE} ~ ${ELSEWHERE}
  speak|talk|write|complain|go|head|return|come|turn|liaise|enquire|inquire|check directly? to|with|at directly? ${THE} ~ ${ELSEWHERE}
  get|be in touch with ${THE} ~ ${ELSEWHERE}, reach out to ${THE} ~ ${ELSEWHERE}, reach ${THE} ~ ${ELSEWHERE}, get hold of ${THE} ~ ${ELSEWHERE}
  pop|go|nip|head|come|call|drop|walk in|into|over|along|down|back to|into? ${THE} ~ ${ELSEWHERE}, pop|go|nip|call|drop into|in ${THE} ~ ${ELSEWHERE}
  contact|ring|call|phone|telephone|email|ask|tweet|approach|message|chase|see|try them|him|her|whoever|whom|someone|somebody, get in touch with|to them|him|her|whoever, get onto|on to? them|him|her|the|your, whom|which|who you should|must|can|may approach|contact|call|ask|phone
  contact|approach|telephone|phone|tweet #name, have a word|chat with ${THE} ~ ${ELSEWHERE}, start|open a? chat|conversation|thread with|there|in|on, find|get|download ~ form|forms
  write|speak|talk|complain to them|him|her directly?
  call|ring|phone|telephone|dial|text us? on|at? #digits, call|ring|phone|telephone us, give us a? ring|call|bell, give ${THE} ~ ${ELSEWHERE}
  email us at|on|via, contact us through|via|on|at|by, write to us at, contact customer care|service|services|support
  take|raise|pursue|discuss|check it|this|that|them up? with, take it|this|that|them back? to ${THE} ~ ${ELSEWHERE}, raise it|this|that with|through
  fill|complete|submit ~ form|forms|webform, fill in|out ~ form|forms, submit|raise|log|open|make a|an|your|this ~ ticket|request|case|claim|application
  log|report|raise|submit|register|book it|this|that|them|your ~ through|via|on|to|online|with ${THE} ~ ${ELSEWHERE}|app, report it|this|that|them online|to|on
  direct|redirect|send|address|forward|submit your|this|any ~ to, direct|redirect|address your|any ~ complaint|query|question|enquiry|concern|concerns
  hand it|them|this in at, use|try ~ live|web chat, use|try ~ chatbot|webchat, apply|claim|register|complain online|instore|by phone|post`)

/** The same, as what is recommended: "I suggest calling our helpline". */
export const RECOMMENDED = lines(`
  calling|ringing|phoning|contacting|emailing|tweeting|asking|chasing|trying|visiting|using ${THE} ~ ${ELSEWHERE}
  speaking|talking|writing|going|heading|returning to|with ${THE} ~ ${ELSEWHERE}, contacting|ringing|calling|asking|emailing them|him|her
  getting in touch with ${THE} ~ ${ELSEWHERE}, reaching out to ${THE} ~ ${ELSEWHERE}, popping|going|calling into|in ${THE} ~ ${ELSEWHERE}
  filling in|out ~ form, completing|submitting ~ form, calling|ringing|phoning us, calling|ringing us? on? #digits`)
export const RECOMMENDS = set('recommend suggest advise advised best try worth easiest quickest by better')

/** That it is somebody else's, however it is put. */
export const DISOWNED = lines(`
  account|inbox|channel|page|profile|mailbox is for ~ only, account|inbox|channel|page|profile|mailbox|team does not|n't deal|handle|take|answer
  account|inbox|channel|page|profile|mailbox doesn't|isn't|is|don't|cannot|can't not? deal|handle|take|answer|monitored
  we don't|can't|cannot|do deal|handle with|roaming|that|this|these|it ~ here, we do not deal|handle, we don't deal|handle, i don't deal|handle
  we don't|do not? answer|take|accept ~ on|by|over|via|here|e, isn't|not something we|i deal|handle|cover|can|look
  is|are dealt|handled with? by, is|are the responsibility of, is|are not? a matter for, a matter for the|your, not a matter for
  should|must|need|needs|has|have to? be raised|reported|made|sent|directed|addressed|taken|submitted|logged ~ with|through|to|via|by|on|online
  should have been raised|sent|made|directed|reported to|with|through, can't|cannot help|assist with ~ here
  is|are processed|managed|administered|provided|operated|run by ${THE} ~ ${ELSEWHERE}, is|are a? separate|different organisation|company|department|team|firm|business, wrong place, sent|written|come to the wrong mailbox|inbox|department|team|place
  we're|are not the|your ~ agent|team|department|seller|supplier, have you tried|asked|contacted|called|spoken to? ${THE} ~ ${ELSEWHERE}
  can be contacted|emailed|phoned|rung at|on|via|by|through, can be reached at|on|via|through, is|are available on #digits`)

/** Who acts in a sentence, where it is not the customer. */
export const OTHERS = set(
  "i i'll i've i'd i'm we we'll we've we'd we're they they'll they've let he he'll she she'll who team driver engineer colleague colleagues manager guard officer courier contractor nobody someone somebody anyone",
)
export const CUSTOMER = set(
  "you you'd you'll you're please kindly customers residents tenants passengers simply",
)
/** With the customer: what they had to do, or were told to, before. */
export const BEFORE_NOW = set("had told asked made needn't needed having used were called was make making")
/** Whom anybody must be free to name: in danger, and to those who decide over us. */
export const NEVER_BOUNCES = set(
  '999 112 105 101 111 911 police ombudsman emergency samaritans ambulance brigade hospital regulator court',
)

/** What blames, insults, mocks or threatens whoever reads it, or says sorry for their feelings. */
export const ABUSES = lines(`
  as|like i|we|i've|we've have? already|previously|just|clearly|repeatedly? told|said|explained|stated|mentioned|advised you?
  as already|previously|repeatedly told|said|explained|stated|mentioned|advised, have|we've|i've explained|told|answered this|that|it|you? to? you on|many|several|numerous|repeatedly|before|already
  sorry|apologise|apologies that|if|to|for|hear? that? you|you've feel|felt|think|thought|see|believe|consider, sorry|apologise if you|you've were|was|are|found|took|anyone
  sorry if any|our|this|it ~ offence|offended|upset|confused
  you should|could have|'ve read|checked|known|told|done|thought|paid|noticed|realised|realized|called|asked|looked|listened|contacted|kept|used|made|ordered|measured|ventilated|complained|waited|planned|been more
  if you|you'd had? bothered|listened|read|checked|looked, had you bothered|listened|read|checked|looked|told|called|paid|contacted
  your own? fault, fault is yours, that's|is on you, yourself to blame, only have yourself, you brought this, you failed|neglected|refused|forgot|omitted to
  you clearly|obviously|evidently|apparently|plainly, clearly|obviously|evidently you|you've, obvious that? you, you ordered|entered|typed|chose|picked|bought|gave the wrong
  with|all due? respect ~, calm down, not our|my problem, not our|my fault, how did|will you survive|cope, get over it, grow up, shut up, good luck with that
  congratulations on|for, well done for|on, oh dear, boo hoo, slow clap, surprise surprise, shock horror, who would|'d have thought, who'd have thought, poor you, bless you
  rules are rules, get what you pay|paid, maybe|perhaps you? should|could|might? try|read|check|learn|measure|leave|put|listen|next|pay, maybe|perhaps if you, just a thought, next time leave|read|check|measure|try|plan|listen|pay|think|look
  stop messaging|writing|calling|emailing|spreading|complaining|wasting|shouting|bothering|contacting|harassing|moaning|whining, spreading|telling lies, wasting our|my|everyone's|everybody's, waste of our|my|public|everyone's|everybody's time|money|resources
  you're|are being? rude|ridiculous|unreasonable|aggressive|difficult|hysterical|paranoid|abusive|lying|dramatic|impossible|ungrateful|confused, vexatious, abusive behaviour|behavior|language|tone|messages|customer|customers
  your persistent|constant|endless complaints|complaining|messages|calls, take|taking|use|using|with that|this|your tone|attitude, your tone|attitude, choose|watch|mind your words|language|tone
  not going to repeat, won't|not repeat myself, repeat myself, i've|we've already? answered you, what|did you expect, what do|did you expect, everyone|everybody else seems|manages|managed|is|can
  we|we'll|i|i'll will? close|terminate|block|suspend|cancel your account|contract|policy, close|terminate|block your account|contract if, start|begin|take ~ eviction|legal|court|proceedings ~ against you
  lead to prosecution, face prosecution, pay up, or else, without further notice|warning, send ~ bailiffs|collectors|police, call the police, final warning, legal action against you, report you to
  you people, you lot, rocket science, common sense, stupid, idiot*, moron*, liar, liars, fool, pathetic, hysterical, ignorant, whining, moaning, whinge*, nonsense, drama queen, lifestyle issue|choice, entitled, snowflake
  saved us both, saved everybody|everyone, leave earlier, read the small print, read the terms, can't you read, can you not read, do your homework, first world problem*, get a life, not my job, whatever, nobody else has complained, might|may want to check|read|think|learn|listen|calm|reconsider|watch|look, =Had you, every other customer|passenger|tenant|resident|member|guest, some|certain people will|always|just|never|are|cannot|can't, what part of, how many times
  clear with you, remind you that|of, criminal offence, =Bless, not our|my job|business, your own mistake|making|doing|carelessness|error|responsibility, is your responsibility, you didn't|never bother|read|check|listen|follow|think, you did not bother|read|check|listen|follow|think, not that hard|difficult|complicated, isn't ~ hard|difficult|complicated, even a child
  what more|else do you, tough|bad|hard luck, suck it up, who cares, so what, your loss, feel free to leave|go|switch, nobody|no forces|forced|one you, yourself lucky, be glad|thankful|grateful you|that|it, enough of my|our time, wasted enough, last warning, see you in court, debt collectors, slander*, libel*, defamat*, our lawyers|solicitors|legal
  last time, stop being, don't be so|silly|ridiculous|dramatic, hardly our|my|a, making a fuss, fuss, you must have, try reading|listening|thinking, learn how|to, as anyone|anybody can, any sensible|reasonable person|customer, i doubt that? you, if you say so, believe|think what you like|want
  nobody else has complained, no one else has complained, made ourselves clear, take it or leave it, don't like it, your mistake|error|carelessness|negligence, exaggerat*, overreact*, over react*`)
/** What softens the same words: nobody is blamed by them. */
export const KIND_WORDS = set('unwell unsafe ill poorly safe better')
export const MOCKING = /[🙄🤷😂🤣👏🤡💅😹🥱]/gu

/** What is undertaken, by kind: a promise that was recorded covers an undertaking of its kind. */
export const UNDERTAKINGS: Readonly<Record<string, readonly string[]>> = {
  call: words('call ring phone telephone called rung phoned'),
  answer: words(
    'reply respond write email text message update contact contacted tell inform notify confirm report answer explain updated informed notified',
  ),
  money: words(
    'refund refunded credit credited reimburse reimbursed pay paid compensate compensated repay repaid waive waived return returned transfer money compensation payment reimbursement',
  ),
  send: words(
    'send sent post posted dispatch dispatched deliver delivered ship shipped replace replaced bring brought collect collected arrive reach delivery replacement provide',
  ),
  visit: words('visit attend come inspect visited inspected return inspection appointment'),
  repair: words(
    'fix fixed repair repaired restore restored correct corrected remove removed amend sort sorted empty emptied clear cleared arrange resolve resolved cancel cancelled replace replaced install installed clean rectify change mend',
  ),
  look: words(
    'look check investigate review ask chase find escalate raise pass take speak complete completed investigation double follow monitor discuss examine reconsider see',
  ),
}
const DONE = Object.entries(UNDERTAKINGS)
  .flatMap(([, all]) => all)
  .filter((word, at, all) => all.indexOf(word) === at)
const ADVERB =
  'also|personally|then|now|certainly|gladly|both|immediately|definitely|of|therefore|first|again'
const DO = DONE.join('|')
const DOING =
  'sending|calling|refunding|paying|posting|replacing|fixing|repairing|ringing|phoning|emailing|writing|crediting|visiting|contacting|collecting|checking|looking|investigating|asking'

/** How we say that something is going to happen, where it is not the customer who does it. */
export const FUTURE = lines(`
  i'll|we'll|they'll|he'll|she'll|it'll ${ADVERB}? be? ${ADVERB}? ${DO}, will|shall ${ADVERB}? be? ${ADVERB}? ${DO}, expect to hear|receive|get|have
  i'll|we'll|they'll|he'll|she'll|will|shall ${ADVERB}? get|come back|in|to|this|it, i'll|we'll|they'll|he'll|she'll|will|shall ${ADVERB}? be in|back touch|to|with|on
  i'll|we'll|they'll|he'll|she'll|will|shall ${ADVERB}? let you, i'll|we'll|they'll|will|shall ${ADVERB}? keep you, i'll|we'll|will|shall ${ADVERB}? drop you, i'll|we'll|will|shall ${ADVERB}? make sure|certain|it|this
  i'll|we'll|they'll|will|shall ${ADVERB}? put this|it|that ~ right, i'll|we'll|they'll|will|shall ${ADVERB}? have this|it|that|your|the ~ ${DO}
  will|shall|it'll be with|at|there|in|on you|your|the? ~, am|are|is|i'm|we're|they're|she's|he's going to ${ADVERB}? be? ${DO}, is|are|am to be ${DO}
  i'll|we'll|will|shall ${ADVERB}? give you, will|shall be ${DOING}, let me ${ADVERB}? ${DO}, you have my|our word, i|we promise|guarantee|undertake|commit to? ~ ${DO}|will, expect a|an|your|the ~ call|visit|reply|refund|letter|email|answer|delivery|text|update`)
/** What we say of ourselves with "will" is undertaken, unless it is one of these. */
export const NO_ACTS = set(
  'not never need be have try aim hope always usually normally probably only see know understand appreciate continue remain no still like want miss expect struggle happily',
)
/** The same, where the sentence also says when: "an engineer is visiting you tomorrow". */
export const DATED_FUTURE = lines(`
  am|is|are|i'm|we're|they're|he's|she's visiting|calling|sending|refunding|paying|collecting|delivering|posting|returning|attending|replacing|fixing|repairing|ringing|phoning|emailing|writing|bringing|crediting, is|i'm|he's|she's coming
  asked|told|got ~ to call|ring|phone|contact|email|write|visit|send|pay|text|reply|bring|collect, goes|leaves|arrives out|in|on|off|this|today|tonight|tomorrow|by
  should receive|reach|arrive|get|hear, should be with|in|on|back|there|fixed|repaired|restored|refunded|credited|delivered|resolved|completed|paid|working`)
/** The same of what the customer is going to have. */
export const CUSTOMER_WILL = lines(`
  you'll|will|shall ${ADVERB}? receive|get|hear|have your|it|the|a|an|our|this|that|from|back|money, you'll|will|shall ${ADVERB}? receive, you'll|will|shall ${ADVERB}? be refunded|paid|credited|called|contacted|told|reimbursed|compensated|sent|given|repaid`)
/** Nothing is undertaken before the customer has done their part. */
export const CONDITIONS = set('if once when whenever unless until should provided')
export const REQUESTS = lines(`
  dm|message|send|give|tell|email|text|show|forward us|me, dm|message|send|drop|pop ~ us|me, let me|us know, reply with, could|can|would|may you|we|i, get back to us, please confirm|provide|share`)
/** Something is being done about all of it, whatever it is. */
export const IN_HAND = lines(`
  looking into, look into, investigat*, leave it with, get back to you, come back to you, be in touch, keep you posted|updated|informed`)
/** Every issue is spoken of at once. */
export const ALL_ISSUES = lines(`
  each|all|both # of your|the|these points|issues|questions|concerns, each|all|every|both of? your|the|these|those? three|four|two|five? points|point|issues|issue|questions|question|concerns|concern|complaints, your points|issues|questions|concerns in turn, everything you|that you? raised|wrote|mentioned|said`)
/** The one thing that was wrong is right again. */
export const PUT_RIGHT = lines(`
  it|it's|that|that's|this|all|is|now|been now|is|was|been|has? fixed|sorted|repaired|resolved|corrected|done|working|cured|mended|solved|settled|cleared|replaced, put right, fixed, sorted`)

/** Words that say nothing of what somebody complains of. */
export const EMPTY_WORDS = set(`
  a an the and or but if then so as at by for from in into of off on onto out over to up with within without about after again against all also always am an any anybody anyone anything are
  be because been before being between both can can't cannot could did didn't do does doesn't doing don't down during each even ever every everybody everyone few further had has hasn't have haven't
  having he he's her here hers him his how i i'd i'll i'm i've is isn't it it's its just least less like made make many may me might mine more most much must my myself never next no nobody none nor not
  nothing now often once one only other others our ours ourselves own please put quite really said same say says she should since some somebody someone something still such take than that that's
  their theirs them themselves there there's these they they're thing things this those though although through till today tomorrow too under until upon us very was wasn't we we'd we'll we're we've
  were weren't what when where whether which while who whom whose why will without won't would yes yesterday yet you you'd you'll you're you've your yours yourself
  dear hi hello hey kind regards sincerely faithfully best wishes thanks thank sorry apologies apologise apologize mr mrs ms miss customer customers team
  problem problems issue issues complaint complaints complain thing account service services company want wanted wants need needs needed get gets getting got go goes going went gone come came told tell
  day days week weeks month months year years hour hours minute minutes time times ago since morning afternoon evening monday tuesday wednesday thursday friday saturday sunday
  january february march april may june july august september october november december two three four five six seven eight nine ten twice
  good bad wrong right correct new old long first second last late early far high low way lot asked ask help helped know knew let look looked back keep kept give given gave work works working worked matter hope see saw use used
  mail number date place part person people`)

/** Words that mean the same to somebody who complains. Their stems are compared. */
export const SYNONYMS = lines(`
  bill bills billing invoice statement tariff price charge charged charges fee fees paid pay payment debit cost costs overcharged amount rent tax
  refund refunded money reimburse repay repaid credit credited compensation compensate compensated cash voucher
  broadband internet router wifi wi-fi connection online line fibre hub network signal
  engineer technician electrician plumber fitter contractor roofer surveyor workman appointment appointments visit visits visited attend
  phone phoned call calls called calling rang ring hold queue helpline voicemail
  reply replies replied answer answered answers respond response letters letter email emails
  delivery deliver delivered parcel package courier order arrive arrived post posted delivering
  rude rudeness attitude shouted laughed manner manners unkind impolite unhelpful insulted behaviour
  heating boiler radiator heat hot water thermostat cold
  leak leaks leaking damp mould mold wet drip ceiling
  bin bins rubbish waste recycling refuse collected collection emptied
  login password log locked access app website site
  card atm machine cashpoint
  meter reading readings display
  lamp light lights lighting lit dark
  rats rat mice mouse pests pest
  rubbish fly-tipping tipping mattress fridge dumped dumping
  suitcase case luggage baggage bag rucksack
  train trains delay delayed cancelled punctuality carriage coach
  branch store shop
  broke broken crack cracked smashed damaged damage
  clean cleaned cleaner dirty dirt mess
  staff assistant driver manager inspector conductor agent`)
