import { either, lines, set, words } from './word-lists.ts'

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

/** What whoever acts for us does for a customer. */
const ACTS = either(`
  call ring phone telephone reply respond write email text message dm update contact tell inform notify confirm report answer explain apologise refund credit reimburse pay compensate repay waive transfer release settle
  send post dispatch deliver ship replace bring collect arrive reach provide supply issue return visit attend inspect survey assess measure fix repair restore correct remove amend sort empty clear arrange resolve cancel install fit clean mend paint treat rectify reinstate reset rebook book
  check look investigate review ask chase find escalate raise pass forward speak complete discuss examine reconsider recalculate consider handle process ensure oversee share publish upload drop pop pick follow double monitor implement prepare meet cover bear lift arrange advise invite give let try`)
/** What is done to what a customer waits for. */
const DONE = either(`
  called rung phoned telephoned contacted told informed notified updated answered emailed written messaged advised invited given offered refunded credited reimbursed paid compensated repaid waived returned transferred released settled reduced deducted deposited written
  sent posted dispatched delivered shipped replaced brought collected issued provided supplied visited inspected surveyed assessed fixed repaired restored corrected removed amended sorted emptied cleared resolved cancelled installed fitted cleaned mended repainted rectified reinstated reset rebooked completed done finished changed
  investigated reviewed reconsidered examined considered escalated raised passed forwarded looked discussed processed shared published uploaded followed recalculated implemented met borne covered lifted addressed handled dealt taken made picked dropped heard asked spoken upheld honoured backdated applied added moved booked arranged`)
/** What may stand between "will" and what is done. */
const ADVERB = either(
  'also personally then now certainly gladly both immediately definitely of course therefore first again all each soon shortly simply just automatically likely probably once promptly separately duly naturally absolutely obviously always',
)
const WILL = either(
  "will shall i'll we'll they'll he'll she'll it'll that'll this'll someone'll somebody'll who'll",
)
const DOING = either(`
  sending calling refunding paying posting replacing fixing repairing ringing phoning emailing writing crediting visiting contacting collecting checking looking investigating asking returning attending delivering bringing arranging adding issuing escalating chasing processing ordering booking
  dropping popping picking putting getting giving speaking seeing meeting heading driving reviewing passing forwarding raising sorting texting messaging telephoning transferring removing waiving clearing cleaning fitting installing releasing reopening reimbursing compensating inspecting sharing jumping flushing going taking hearing working updating`)

/** How we say that something is going to happen, where it is not the customer who does it. */
export const FUTURE = lines(`
  ${WILL} ${ADVERB}? ${ADVERB}? ${ACTS}, ${WILL} ${ADVERB}? be ${ADVERB}? ${ADVERB}? ${DONE}, ${WILL} ${ADVERB}? be ${ADVERB}? ${DOING}, ${WILL} ${ADVERB}? have been ${DONE}, gonna ${ADVERB}? be? ${ACTS}|${DONE}|get
  ${WILL} ${ADVERB}? get back|in|to|this|it|your|someone|everything, ${WILL} ${ADVERB}? come back|to|in|out|round|over|on|at|by|between|and|tomorrow|today, ${WILL} ${ADVERB}? be in|back touch|to|with|on, ${WILL} ${ADVERB}? see what|what's|why|where|how|to|whether|that|if, ${WILL} start work|on, ${WILL} ${ADVERB}? take a|it|this|that|care|over|up|action, ${WILL} ${ADVERB}? make sure|certain|it|this|contact|arrangements
  ${WILL} ${ADVERB}? ${ADVERB}? let|keep|drop|give|tell|show|send|pay|owe you|your, ${WILL} ${ADVERB}? put this|it|that|your|things|everything|you|a, ${WILL} ${ADVERB}? have this|it|that|your|the|someone|somebody|a|an ~ ${ACTS}|${DONE}|round|out|back|look|chat|word, ${WILL} ${ADVERB}? go out|live|back|in|to|over|through ~ to|the|on|by|this|today|tomorrow|within|your, ${WILL} ${ADVERB}? land|hit|show|appear ~ in|on|up|your, ${WILL} find its|their way, ${WILL} follow, ${WILL} ${ADVERB}? leave|reach|go to|you|us|our|the ~ you|today|tomorrow|tonight|depot|warehouse|post, ${WILL} ${ADVERB}? try again, ${WILL} wait for you
  ${WILL} ${ADVERB}? be with you, ${WILL} ${ADVERB}? be with|at|in|on|round|over you|your|its|their, am|are|is|i'm|we're|they're|she's|he's|it's|be|that's going to ${ADVERB}? be? ${ADVERB}? ${ACTS}|${DONE}|${DOING}|get|come|take|look|make|put|have, is|are|am to be ${ADVERB}? ${ADVERB}? ${DONE}, expect to hear|receive|get|have, expect to be? ${DONE}, expect a|an|your|our|the ~ call|visit|reply|refund|letter|email|answer|delivery|text|update|response|decision|message|parcel|knock, expect our|a|the ~ ~ response|reply|decision, about|set to be? ${ADVERB}? ${ACTS}|${DONE}
  let me ${ADVERB}? ${ACTS}|get|look|see|talk|have|take|put|make|go|dig, let us ${ADVERB}? ${ACTS}|look, you have my|our word|promise|commitment|assurance|guarantee|undertaking, i|we hereby|can|do|fully|will? promise|guarantee|undertake|commit|pledge|vow|assure|agree you? to|that|a|you|it|full|we|i ~, i|we hereby? undertake|guarantee|promise|pledge, i|we fully|do|also|now? intend|propose|mean to ${ADVERB}? ${ACTS}|be|have|get|make|put|take|look, my|our intention|plan|aim to|is to? ${ACTS}|be|have|get|put|make, is my|our intention|plan to
  has|have|i've|we've|he's|she's|they've ~ resolved|agreed|promised|undertaken|offered|committed|arranged to ~ ${ACTS}|have|get|make|put|take|look|be|resurface, are|is|am|i'm|we're|they're committed to ${DOING}|making|having|keeping|ensuring, you can expect|look to? forward? to?, ${WILL} see you right|through, goes|comes|going|coming back to you, we've|i've diarised|noted|scheduled a ~ call|visit|meeting, someone|somebody will|shall be, undertakes|promises|guarantees|agrees|commits|intends|proposes|plans to ${ACTS}, ${WILL} get ${DONE}, ${WILL} meet the|your|all|any, heading|driving|walking|cycling to|over|your you|to|way, bear with me|us ~ while|minutes|minute|moment, you've|have my|our word, i'll|we'll be round|over|there|out|along|down|up|back|in, i|we will|shall be round|over|there|out|along|down|up|back, is|are|we're|i'm # minutes|mins|hours out|away, expect my|our|his|her, you have it|that|this in writing, leave it|this|that|him|her|them|these|everything one? ~ with me|us, leave with me|us, count|rely|depend on me|us|a|an|my|our|hearing|it|having, give|allow me|us ~ until|till|minute|minutes|hour|hours|day|days|week|moment|morning|weekend, give|allow me|us until|till, bear with me|us while, look|watch|keep out|an for|eye an|a|our|your|out ~ email|call|letter|text|message|parcel|for, watch this space, consider it done, =Will do, more|details|letter|reply|explanation|answer|decision|update|report|news ~ to follow, is|are to follow, follow ~ under separate, dinner|round|drink|drinks|meal|lunch|coffee|breakfast|next|pudding|dessert|postage|delivery ~ on us, the house, minded to ${ACTS}|allow|uphold|grant|award`)

/** Of ourselves anything is undertaken that follows "will", unless it is one of these. */
export const NO_ACTS = set(
  'not never need be have try aim hope always usually normally probably only see know understand appreciate continue remain no still like want miss expect struggle happily love stop assume say admit agree never grant forgive bet wager have die even happen be',
)

/** The same, where the sentence also says when: "an engineer is visiting you tomorrow". */
export const DATED_FUTURE = lines(`
  am|is|are|i'm|we're|they're|he's|she's|it's|that's|be ${ADVERB}? ${ADVERB}? ${DOING}, am|is|are|i'm|we're|he's|she's|they're|it's being ${ADVERB}? ${DONE}
  is|am|are to ${ACTS}, expect a|an|our|the|your|him|her|them|us|me|it, at the latest, back to|with you, someone's|somebody's|he's|she's|they're|i'm|we're ${ADVERB}? coming, diarised|noted a|it|this, has|have|is|are|been|i've|we've|he's|she's|they've|it's ${ADVERB}? been? ${ADVERB}? booked|scheduled|rescheduled|arranged|pencilled|planned|set|lined|instructed|slated|earmarked|assigned|due|expected|organised|allocated|timetabled, pencilled|booked|scheduled|slotted|put|got|popped you|it|this|him|her|them in|down for?, due at|back|out|round|with|in|by|for|on, coming round|out|over|back|to|tomorrow|today|between|in, been booked|scheduled|rescheduled|arranged|pencilled|planned|set|confirmed|fixed, put|got|have you|it|this|him|her|them down|in for, now set|due|scheduled|booked|expected for|on|in|at, is|are|it's due ~ at|on|in|by|to|back|with|out
  asked|told|got|instructed|arranged|requested|booked|lined ~ to|for|up ~ to? call|ring|phone|contact|email|write|visit|send|pay|text|reply|bring|collect|attend|come|fix|deliver|look, is|are back on|in|at|by|from, on its|their|the|his|her way, is|are|it's|comes|coming back|round|out|over ~ to|on|in|at|by
  goes|leaves|arrives|lands|ships|reaches|returns|comes|commences|commence|calls|collects|delivers|visits|rings out|in|on|off|back|round|our|your|you|this|today|tonight|tomorrow|by|with|at|to|from|the|monday|tuesday|wednesday|thursday|friday|saturday|sunday, works|work ~ commence|start|begin|starts
  should|ought to? ${ADVERB}? be? ${ADVERB}? receive|reach|arrive|get|hear|land|hit|show|see|clear|come|go|leave|appear|find|follow|know|with|in|on|back|there|ready|live|right|${DONE}|working|up, should be with|in|on|back|there|fixed|repaired|restored|refunded|credited|delivered|resolved|completed|paid|working, should have your|it|the|an|a|this|news|word, should be an|a|your answer|update|decision|refund|reply|text|email|letter
  i|we|team|engineer|plumber|plasterer|he|she|they|someone|colleague|manager|courier|driver can ${ADVERB}? have|get|be|send|do|finish|fix|come|visit|deliver|call|ring|collect ~ with|to|it|this|that|you|your|on|by|out|round|over|fixed|done|back|there, i'd|we'd|would expect ~ to, i|we expect|plan|aim|hope|intend to, plan|planning|intend|expects|plans|expect|scheduled|expected|due to ${ADVERB}? be? ${ADVERB}? ${ACTS}|${DONE}|have|get|be|finish|visit|start|arrive, will ${ADVERB}? be ${ADVERB}? ready|clear|working|live|available|back|done|free|there|here|up|running|right|safe|online|finished|in|on|at|with|round|over|out|down|an|a|your, it'll|that'll be ${ADVERB}? ready|clear|working|live|available|back|done|free|there|here|up|running|in|on|with|at, will have ~ news|update|answer|decision|result|results|word|more
  speak|talk|chat to? you? soon|tomorrow|monday|tuesday|wednesday|thursday|friday|then|later, speak|talk to you tomorrow|monday|tuesday|wednesday|thursday|friday|later|then, will ${ADVERB}? go live|out, will be an|a|your, decision|answer|reply|result|outcome|refund|payment|delivery|update by|on|within|due, will ${ADVERB}? happen|start|commence|finish|end|resume be?, becomes|is|are payable|due`)
/** Done to nobody's good, or no matter whose: "the road will be closed". */
export const NOT_DONE = set(
  'closed increased raised charged required expected needed reopened limited held based used opened reduced blocked banned suspended terminated disappointed delighted pleased interested surprised relieved removed cancelled',
)
/** Nothing of ours: others have such days, too. */
export const WORLDLY = set(
  'prices price inflation train trains bus buses flight concert doors shop store kitchen terrace pool elections term exams course courses rent rates law offer sale rain snow weather committee policy timetable lines school office branch market contract tenancy mot licence membership subscription trial table reservation appointment booking invoice bill rent instalment fee stay tariff fares tides sun holiday deadline class lesson session shift seat party event fair reminder hearing polling film match game disruption delays delay',
)
/** Begin a sentence that says no more than what is done: "Bringing the keys over at five". */
export const BARE_ACTS = set(
  'sending calling refunding posting replacing fixing repairing ringing phoning emailing crediting visiting contacting collecting checking chasing adding issuing bringing dropping popping picking putting getting sorting arranging delivering texting',
)
/** Said of ourselves, they are as good as done, whenever that is: "I'm sending you a new one". */
export const STARTED = lines(`
  moving|sending|putting|adding|transferring|refunding|passing|sorting|rebooking you|your|this|it|that|a ~ ~ now|over|through,
  i'm|we're sending|refunding|arranging|issuing|crediting|posting|adding|ordering|replacing|escalating|processing|putting|passing|forwarding|getting|sorting|asking|waiving|transferring, i|we am|are now|also|already|currently? sending|refunding|arranging|issuing|crediting|posting|adding|ordering|replacing|escalating|processing|putting|passing|forwarding|getting|sorting|asking|waiving|transferring, is|are|he's|she's|they're ${ADVERB}? bringing|sending|collecting|delivering|taking|carrying|posting|dropping|walking them|it|him|her|you|your|this, arrangements are being ~ made, arrangements ~ being made`)
/** The same of what the customer is going to have. */
export const CUSTOMER_WILL = lines(`
  you'll|will|shall ${ADVERB}? receive|get|hear|have your|it|the|a|an|our|this|that|from|back|money|every|all|new|one|both|news|his|her|their|my, you'll|will|shall ${ADVERB}? receive, you'll|will|shall ${ADVERB}? be ${ADVERB}? refunded|paid|credited|called|contacted|told|reimbursed|compensated|sent|given|repaid|informed|notified|updated|advised|rung|phoned|emailed|invited|moved|rebooked|offered|hearing|getting|receiving, you'll|will|shall see it|the|your|this ~ on|in|by|within, you'll|will|shall be back|able|in|on ~ online|by|on|tomorrow|tonight|to`)
/** None of it comes to them. */
export const NOT_COMING = set('used over to until time there wrong')
/** Nothing is undertaken before the customer has done their part. */
export const CONDITIONS = set('if whenever unless provided')
/** The same before these; otherwise they say when we do it. */
export const CONDITIONS_ON_YOU = set('once when until should after')
export const YOU = set("you you've you're your we us it there they")
/** Asked in passing, and not undertaken: "I can't say when it will come". */
export const ASKED = set('when whether how if')
/** Begin a question. */
export const QUESTIONS = set(
  'would will can could shall may might is are do does did should has have was were what when which where who how why if',
)
/** Nobody that does anything: "the best thing is to call". */
export const NOBODY = set(
  'thing way option bet idea goal action step plan aim advice suggestion job it this that purpose point',
)
/** Settled, of what is to come: "refund approved, in three days". */
export const SETTLED = set(
  'approved agreed booked confirmed scheduled arranged authorised accepted planned processed',
)
/** What is done as a rule is no promise. */
export const HABITS = set('normally usually generally typically sometimes often')

/** A sentence that has one of these tells of what has been, or of what we don't know. */
export const PAST = set(`
  was were wasn't weren't did didn't had hadn't been got came went told said gave sent took left found paid rang wrote spoke saw met began made asked called called knew heard kept lost felt thought brought bought sold stood drove drew fell flew ran rose sat slept swam threw tore woke wore broke chose cut put read done seen gone known shown won time would would've could might may perhaps if unless whether cannot can't couldn't
  never not won't don't doesn't isn't aren't aim aims today hope hopes hoped wish expect expected yesterday ago last since already until ends`)
/** What goes on by itself, or is as it is. */
export const WORLD_VERBS = set(
  'run runs expire expires end ends open opens close closes closed start starts begin begins apply applies stop stops renew renews last lasts depart departs play plays charge charges cost costs rise rises fall falls valid available open',
)
/** What the customer is told or asked. */
export const ASKS = set(
  "please kindly must should need needs can could may might can't let tell send call ring reply confirm happy merry",
)
/** Of whom there is talk where something is undertaken. */
export const BETWEEN_US = set(
  "i i'm i've we we're we've our us me my mine you your yours you're he he's she she's they they're refund cheque money parcel order engineer plumber driver crew van courier replacement repair bin letter reply answer decision card key keys part team manager colleague eta",
)

/** What somebody does without anything coming of it for the customer. */
export const IDLE = set(
  'hoping having being expecting looking aiming trying experiencing wondering thinking guessing missing dealing closing opening operating running seeing finding waiting facing starting ending',
)
