import { either, lines, set } from './word-lists.ts'

/** Whom and what a customer may be sent to: not us, here. */
const ELSEWHERE = either(`
  team teams department departments dept division section unit desk counter kiosk office offices branch branches store stores shop shops showroom warehouse depot garage station reception concierge
  helpline hotline line lines number switchboard extension phone phones care services service support aftersales relations centre center helpdesk hub website site portal page pages webpage app chat livechat chatbot webchat bot forum form forms faq faqs tab
  retailer retailers seller sellers manufacturer maker supplier suppliers provider providers operator operators courier couriers carrier carriers merchant vendor dealer dealership broker insurer insurers underwriter adjuster
  bank banks issuer landlord landlords agent agents agency agencies company companies firm firms contractor contractors installer builder developer freeholder leaseholder management host organiser organisers promoter venue marketplace
  council councils councillor authority authorities embassy registrar registry bursar trustees administrator administrators trust club committee secretary association
  practice surgery pharmacy pharmacist chemist clinic doctor gp dentist consultant nurse midwife ward vet optician
  airport airline airlines hotel gate university school nursery college academy tutor tutors teacher teachers headteacher lecturer employer employers payroll hr accounts billing accountant solicitor solicitors lawyer adviser advisers advisor advisors
  staff colleague colleagues manager managers supervisor supervisors specialist specialists expert experts representative representatives rep reps driver drivers guard conductor trainer trainers instructor instructors owner owners neighbour neighbours plumber electrician engineer engineers caretaker host box
  front lost property information crew people guys folks lot`)
/** Those of them that can do something for a customer. */
const PLACE = either(`
  desk office offices branch branches store stores shop shops showroom warehouse depot garage station reception concierge helpline hotline retailer seller manufacturer supplier provider operator courier carrier vendor dealer broker insurer bank issuer landlord agent agents
  agency company installer builder council authority registrar registry bursar practice surgery pharmacy pharmacist clinic doctor gp dentist airport airline hotel university school college employer hr they specialists advisers advisors representatives phones`)
const THE = either(
  'our the your my any a an their his her its that this another one either either local whichever',
)
/** Who may be rung or written to, where it goes without saying that it is somebody else. */
const WHO = either(`
  the your our their his its my a an any another either one whoever whichever whomever them him her someone somebody anyone customer billing accounts sales support claims reception hr aftersales environmental local #name`)

const CONTACT = either(
  'call ring phone telephone contact email mail approach consult chase visit notify inform alert message',
)
const SPEAK = either('speak talk write complain apply turn enquire inquire liaise chat appeal')
const CHECK = either('check deal liaise confirm verify clarify follow touch double')
const GO = either('go head pop nip come call drop walk swing hop stop return get travel report turn')
const INTO = either(
  'in into to through via onto by at over along down back round across straight directly on off',
)
/** What becomes of a complaint that is brought to others. */
const BRING = either(
  'take raise pursue discuss bring query report register lodge log submit resubmit forward direct redirect address return refer repost flag settle resolve appeal claim query escalate',
)
const HAND = either(
  'send resend post hand give leave mention put share request order book rebook cancel change collect get find obtain pick make sort claim buy',
)
const IT = either('it this that them these those any your the all everything such details')
const TOWARDS = either('to with through via at by on onto from using over in')
const RAISED = either(
  'raised reported made sent directed addressed taken submitted resubmitted logged lodged registered referred requested obtained claimed ordered booked rebooked cancelled discussed brought left contacted emailed phoned rung reached put pursued resolved settled appealed queried handed returned arranged collected shared posted completed sought',
)

/** How the customer is told to go elsewhere; each holds only where it is they who are to do it. */
export const BOUNCES = lines(`
  ${CONTACT} directly? ${WHO}, e mail|email ${WHO}, dm|pm|text|ping|tweet our|the|their ~ team|teams|friends|colleagues|colleague|folks|agents|account|page|manager|owner|driver, dm|pm|text|tweet them|him|her|whoever, text #name to #digits
  ask at|in|whoever|whichever|them|him|her|someone|somebody|your|reception|customer|billing|hr, ask the|our|their|one|any|a|an|for|#name ~ ${ELSEWHERE}, ask for|your|one|any #name|the|whoever, ask #name
  ${SPEAK} directly? to|with|at ${WHO}, ${SPEAK} to|with customer|whoever, write in to ${WHO}, write|complain|apply|appeal in writing|direct, write|complain directly|direct to
  contact|ring|call|phone|telephone|email|ask|tweet|approach|message|chase|see|try them|him|her|whoever|whom|someone|somebody, get|be in touch with ${WHO}, get on|onto to? ${WHO} ~ ${ELSEWHERE}, get on|onto to? them|him|her, get|lay|grab hold of ${WHO}
  reach out to ${WHO}, reach|try ${THE} ~ ${ELSEWHERE}, try|contact ${PLACE}|customer|support|billing, reach them|him|her, make|establish contact with ${WHO}, touch base with ${WHO}
  have a ~ word|chat|conversation|look with|at ${WHO}, have a word there, open|start a? chat|conversation|thread with|there|in|on
  ${CHECK} up|in|directly|again? directly? with|through ${WHO}, ask|confirm|deal directly with ${WHO}, seek|get|obtain|take ~ advice|assistance|help|guidance|clarification|confirmation|copy from ${WHO}
  give|drop|send|shoot|ping ${THE} ~ ring|call|bell|shout|line|tinkle|buzz|message|email|mail|try|text|note|visit, give|drop|send|shoot|ping them|him|her|#name ~ ring|call|bell|shout|line|tinkle|buzz|message|email|try|text|note|visit, give us a? ring|call|bell|buzz|tinkle
  ${GO} ${INTO}? ${INTO}? ${INTO} ${THE} ~ ${ELSEWHERE}, ${GO} ${INTO}? ${INTO}? ${INTO} ${ELSEWHERE}, go|head|pop|get|come|log|sign back|over|straight|directly|on? through|via|into|onto|to|in to? #name, log|sign on|in|into|onto to? ${THE} ~ ${ELSEWHERE}|area|account|profile, call|come|drop|pop in|into and|to|at, see|visit|try|use ${THE} ~ ${ELSEWHERE}
  try|visit|see #name, exhaust ${THE}, revert to ${THE}, go through|via ${WHO}, go elsewhere|there|online, pop in|into|over|along|down ${THE}?
  take|raise|pursue|discuss|check|bring it|this|that|them|things|the|your ~? up? with ${WHO}, take it|this|that|them back? to ${THE} ~ ${ELSEWHERE}, raise|query|discuss it|this|that|the|a|any|your ~ with|through ${WHO}, query|discuss|settle|resolve it|this|that|the ~ with ${WHO}
  ${BRING} ${IT} ~ ${TOWARDS} ${THE} ~ ${ELSEWHERE}, ${HAND} ${IT} ~ to|with|through|via|at|from|by|on|using ${THE} ~ ${ELSEWHERE}, ${BRING} ${IT} to|with|through|via|onto #name, ${HAND} ${IT} through|via|with #name, lodge|raise|make|open|log|submit|register|file ~ through|via|with|on ${THE} ~ ${ELSEWHERE}, repost|resend|resubmit|readdress it|this|that|your
  bring|take|carry id|it|this|that|them|your|proof ~ to|into|back|along|down ${THE}? ~ ${ELSEWHERE}, bring|take id|it|this|that|them|your|proof ~ ~ to #name, return ~ by post|courier|to our|the|your
  do so|this|it|that by|via|through|in|online|over|using ~ post|writing|phone|telephone|website|app|person|portal|form|letter
  fill|complete|submit|return|sign|use|send ~ form|forms|webform|questionnaire, fill in|out ~ form|forms|questionnaire, find|get|download|request|obtain|ask for? ~ form|forms, fill that|it|this|one in|out
  submit|raise|log|open|make|lodge|file|start|register|put a|an|your|this|another|the|in ~ ticket|request|case|claim|application|dispute|appeal|complaint|enquiry|query|appointment|chargeback, raise|open|log|submit|lodge|file ticket|tickets|claim|claims
  put|pop|enter|leave|type your ~ in|into|on ${THE} ~ form|app|website|portal|page|box
  log|report|raise|submit|register|book|manage|cancel|change|request|rebook|track|do it|this|that|them|your ~ through|via|on|to|online|with|in ${THE} ~ ${ELSEWHERE}, report|cancel|book|change|manage|claim|order|register it|this|that|them|your ~ online, report|raise it|this|that|them online|to|on|with
  direct|redirect|send|address|forward|submit your|this|any|all|such|future ~ to, direct|redirect|address your|any|all|future ~ complaint|complaints|query|queries|question|questions|enquiry|enquiries|concern|concerns|correspondence
  hand it|them|this in at, use|try ~ live|web chat, use|try ~ chatbot|webchat|livechat, apply|claim|register|complain|reapply|rebook online|instore|by phone|post, apply|reapply to|through|with|via ${WHO}
  call|ring|phone|telephone|dial|text|fax us? on|at? #digits, call|ring|phone|telephone us, dial #digits, email us at|on|via, contact us through|via|on|at|by|in, write to us at|c
  let them|him|her|whoever|the|your|#name ~ know, let ${ELSEWHERE} know, get|have|ask|need|want|instruct your|the|them|him|her|whoever|someone ~ to write|call|ring|email|contact|arrange|confirm|send|fill|complete|issue|look|book|do|fix|sort|refer
  claim on|from|against|through|via ${WHO}, claim back? on|from|through ${WHO}, hit|click|tap|select|choose|press|pick contact|help|raise|support|report|more, click|hit|tap the question|help|contact|support
  keep an eye on ${THE} ~ website|page|app|site|boards|board, check ${THE} ~ website|faq|faqs|site|boards|policy|pages, follow ${THE} ~ link, scan ${THE} ~ code, arrange ~ with ${THE} ~ ${ELSEWHERE}, read|see|check|consult our|the ~ faq|faqs|help|guide|pages
  instruct|engage|hire|appoint|commission|employ your|a|an own? ~ surveyor|solicitor|lawyer|plumber|electrician|engineer|expert|contractor|accountant|valuer|builder, use the|our|that|this ~ ~ tool|form|finder|button|link|option|checker|calculator|feature|menu, jump|hop|log|get|go on|onto|over|into to? ${THE} ~ ${ELSEWHERE}, hold or|and, redial, select|choose|press option|#|one|two|three|four|five, show|turn up at|to, turn up at|to|in ~ ${ELSEWHERE}, show them|him|her, pop|put|enter|type your ~ in|into ~ finder|tool|checker|search, pick it|one|them|that|this ~ up from|at|in, pick up from|at|in any|your|our|the, choose one|a|your ~ and, do that|this|it|so there|online|yourself|with, find out who|where|from
  pursue|raise|take|discuss|settle ~ matter|it|that|this|things|complaint further? with|to, ring|call|phone|write|try|come|go|pop|email back|again in|at|on|after|when|later|tomorrow|monday|next, try the|our|their members|one|other|main|sister, contact|consult|approach|see|try citizens|shelter|acas|which|money|age|consumer, take it up|further, reach us on|via|at, do ~ online|web form, be referred by, call back, ring back, come back in|when|on|after|tomorrow|monday|later
  have|get|ask her|him|them|your|the ~ call|ring|contact|email|write|raise|phone|message|speak us|to|it|me|with, get|have your|the ~ ${ELSEWHERE} to, give them|him|her a, set out your, follow the|these|those|this ~ steps|link|instructions|process|procedure, pop|pass|send|hand|forward|take this|it|that over|on|across? to ${WHO}, phone|ring|call up, seek ~ advice, look at|in our|the ~ faq|faqs|website|site|page|pages, update|change|amend|edit|check|manage your|the ~ in|on|via|through the|our|your ~ app|portal|account|website|site|settings, obtain|get it|this|that|one|them|a ~ from them|him|her|${THE}, make an|a enquiry|inquiry|appeal|complaint|claim of|to|with|against|on, complete the|our|a ~ questionnaire|survey|form`)

const DOUBLED = new Set('get put log chat drop pop nip submit refer hit tap scan hop'.split(' '))

/** "call our ~ team" as "calling our ~ team". */
function asGerund(phrase: string): string {
  const [first = '', ...rest] = phrase.split(' ')
  const gerunds = first.split('|').map((verb) => {
    if (DOUBLED.has(verb)) return `${verb}${verb.at(-1)}ing`
    return verb.endsWith('e') && !verb.endsWith('ee') ? `${verb.slice(0, -1)}ing` : `${verb}ing`
  })
  return [gerunds.join('|'), ...rest].join(' ')
}

/** The same, as what is recommended: "I suggest calling our helpline". */
export const RECOMMENDED = BOUNCES.map(asGerund)
/** What one is recommended by: "I suggest calling our helpline", "the easiest way is by calling". */
export const RECOMMENDS = set(
  'recommend recommended suggest suggested advise advised advice best try worth chance easiest quickest fastest simplest by better consider bet wise kind considered way quicker easier faster option recommend urge encourage',
)

/** That it is somebody else's, however it is put. */
export const DISOWNED = lines(`
  account|inbox|channel|page|profile|mailbox|chat|line|number is ~ for ~ only, account|inbox|channel|page|profile|mailbox|team|chat|office|line does not|n't deal|handle|take|answer, chat|page|account|inbox|line|channel|number|office|team|desk is only|just? for sales|bookings|orders|press|marketing|new|careers|jobs|general|staff|news
  account|inbox|channel|page|profile|mailbox|team|office doesn't|isn't|is|don't|cannot|can't not? deal|handle|take|answer|monitored|access
  we|i don't|can't|cannot|do|won't not? deal|handle|see|access|discuss|view|take|cover|manage|process|book|do with|roaming|that|this|these|it|bookings|orders|accounts|complaints|billing|refunds ~ here|twitter|facebook|chat|side|end|phone, we do not deal|handle, we don't deal|handle, i don't deal|handle, can't|cannot see|access|discuss|help ~ from here|this|on here|chat|side|end|twitter|facebook
  we don't|do not? answer|take|accept|monitor ~ on|by|over|via|here|e, don't|can't|cannot take|accept|deal|answer complaints|bookings|reports|queries, isn't|not something we|i'd|i deal|handle|cover|can|look, something we|i can't|don't|cannot, only|just deals|deal with|in, only|just covers|handles, i'm|am not able|unable to? access|discuss|comment|view, unable to comment
  no|not access to ~ scripts|bookings|accounts|records|orders|files|systems|fees|prescriptions|billing, nothing ~ we|i can do here|from|on|about|at|our, we|i|we're|i'm just|only the social|press|front|messenger|agents|reception, we|i just|only rent|sell|process|deliver|host|print|take|handle|cover|pass, have no record of you, out of our hands, no sight of, not our|my|this department|area|side|remit|section|patch
  is|are|'s|was dealt|handled|decided|administered|managed|arranged|organised with? by ${WHO}, is|are the responsibility of, is|are not? a matter for, a matter for the|your, not a matter for, is|are down to #name|your|the|them, 's|that's|it's|be|is one|job|question|matter|thing for your|the|our|their|them|#name, one for the|your|them|#name|our, belongs|belong to ${WHO}
  must|should|can|may|could|would be ${RAISED} ~ with|through|to|via|by|on|online|at|from|in ${WHO}, need|needs|has|have|had|ought to be ${RAISED} ~ with|through|to|via|by|on|online|at|from|in ${WHO}, best|better raised|dealt|directed|asked|sorted|addressed|answered|taken ~ with|at|by|to|in, must|should|need|needs|has|have|can to? be ${RAISED} ~ online|in writing|by post|phone|telephone|in person, should|must|need|needs|has|have|ought to? be raised|reported|made|sent|directed|addressed|taken|submitted|logged ~ with|through|to|via|by|on|online
  should have been raised|sent|made|directed|reported|addressed to|with|through, can't|cannot help|assist with ~ here, needs|need raising|reporting|taking|sorting with|to|by|through, need|needs|has|have|goes|go to? go to|via|through|directly ${WHO}, goes to|via|through ${THE} ~ ${ELSEWHERE}, goes through|via ${WHO}
  is|are processed|managed|administered|provided|operated|run|sold|handled|issued|owned|maintained|fitted|set|carried by|out ${THE} ~ ${ELSEWHERE}, is|are|was|were|carried out? sold|run|handled|managed|operated|owned|fitted|booked|supplied|out by #name, are|is|was|were|be carried out by, sets|set|decides|decide its|their own, did|do not book|buy with us
  is|are|'re|we're a? separate|different organisation|company|department|team|firm|business|legal, a separate|different company|organisation|business|firm|department, wrong place|team|department|account|address, sent|written|come|got|reached|through to the wrong mailbox|inbox|department|team|place|people, wrong mailbox|inbox|department|team|people, you|you've got the wrong, not the right|correct team|department|person|people|place|account, 
  we're|are not the|your ~ agent|team|department|seller|supplier|people|ones, have|did you tried|try|asked|ask|contacted|contact|called|call|given|give|rung|checked|check|spoken|speak|been to|with|in? ${THE} ~ ${ELSEWHERE}, have you tried|asked|contacted|called|checked|given them|him|her|#name|asking|calling|contacting|ringing|speaking|our, have you spoken|checked to|with them|him|her|#name|our|the|your, not|isn't us, why not call|ask|pop|try|ring|contact|visit|use|give|go
  can|may|could|should|must only? be contacted|emailed|phoned|rung|reached|found|obtained|left|downloaded|requested|submitted|cancelled|changed at|on|via|by|through|in|with|from|there|online, is|are available on #digits, is|are|can available|found|be on ${THE} ~ website|site|page|app|portal, form|forms|details ~ in|on the|our app|website|site|portal, details are|is|below, details at the|bottom
  ones|people|person|place|team|guys|folks|lot|best|department|man|woman to ask|speak|talk|contact|call|ring|email|approach|see|go|chase|complain|write|tell|try|tag, through|via|on|using the|our contact|help|support|feedback page|form, it's|is the|your|our ~ you|you'll need|want, should|must|may|needs|need to? go to ${THE}, complaint|complaints|claim|feedback form|forms ~ at|on|in|from the|our, ones|people|guys|folks who|that can|will|could|deal|handle|book|hold|look|run|do, are|'re|they're|is the people|ones|guys|lot|team|best for|who|to, port of call, best placed to, is|are who you, it's|be them|him|her|#name you|you'd|you'll, who|whom you|you'd|you'll need|want|should|must|may, person|one|people who ~ ~ need|needs|must|should|has|have to? contact|call|ring|email|write, place to ask|go|try|look|check, in the first instance
  you|you'll want|need accounts|billing|reception|sales|customer|hr|aftersales, extension #digits, ext #digits, falls|comes|is|lies|come|fall within|under|outside|in ~ remit|responsibility|jurisdiction|scope, your|their|the ~ job|responsibility|remit to, the ~ job|remit i'm|sorry, lines are? open, line is open, link in, on the back of your ~ card, refer|direct|signpost|point you to|towards|over ${THE} ~, refer|direct|signpost|point you to|towards #name
  ${PLACE} ~ can|will|should|would|is|are be? able|happy|glad|pleased|best to help|assist|advise|sort|answer|look|deal|see|cancel|check|tell|explain, ${PLACE} ~ can help|assist|advise|sort, someone|somebody|colleagues|agents|staff|team there ~ can|will|able, only ${THE} ~ can, only #name can, #name can|will be? able to|help|assist|advise, on|at apple|google|amazon|paypal|microsoft's end|side, could|can you repost|resubmit|resend, number is|'s on|below|#digits, their|our|the ~ number|email is|'s #digits|on|below, here's their|our|the number|email|address|link|details
  i'd pop|nip|go|head back|in|down|round|over|to, i'd email|call|ring|contact|check|speak|talk|try|ask|go|phone in? directly? with|to|through? them|him|her|the|your|whoever|#name, i would email|call|ring|contact|check|speak|talk|try|ask|go|phone in? directly? with|to|through? them|him|her|the|your|whoever|#name, page|site|website isn't|not monitored, can't|cannot reply|respond to texts|emails|messages|this, only|just ~ sales|admissions|rents|memberships, is on|at|in our website|app|portal|site, bought|booked|purchased|ordered ~ through|from|with a|another|third ~ party|website|site|agent|retailer
  sits|sit|rests|lies|stays|remains with|between ${WHO}, between you and ${WHO}, between yourselves|yourself, at the discretion of, nothing to do with us|the|our|me, we've nothing to do, role|part is limited to, ${THE} ~ ${ELSEWHERE} decides|decide|deals|deal|handles|handle|sets|set|holds|hold|answers|runs|books|looks|takes|processes|administers on|with|the|its|their|all|after|that|this|those|them|it|refunds|complaints, #name deals|handles|sets|decides|runs|books|looks|administers with|the|its|their|on|all|after|that|this|those|it|complaints|refunds, is|are|'s|it's|that's run|handled|dealt|managed|owned|operated|looked|done|sold|fitted by|with|after by? #name|them|someone|somebody|another
  are|is dealt|answered|handled|considered|heard|taken|processed|decided with? by|through|via|at the|our|your ~ ${ELSEWHERE}, are|is to be put|made|sent|addressed|directed|raised|submitted ~ to|with|through|via|in, handled|managed|dealt|sorted|decided|run locally|elsewhere|centrally|separately|externally|abroad, here's|there's|is an|a|the|our online|web|paper|complaint|complaints|contact|claim|claims|refund form|portal|page, form|portal|tool you'll|you need|have|must, question|one|matter|case for the|your|our|their|them|#name, concerns another|a|the ~ organisation|company|body|authority|department, send it there, another organisation|body|company, you want the|our|your|someone|somebody ~ ${ELSEWHERE}, their|its inbox|email|number|address|line|site|page|website|form|phone, our ~ lads|lot|people|guys|colleagues are|is|can on|at|be, our dms are|is closed, the|their ~ office exists for, can|could|might|should your|the|their|its|our ~ ${ELSEWHERE} take|look|help|check|sort|fix|do|advise, your|the|their ~ ${ELSEWHERE} can|could|will|should|might take|look|sort|fix|advise|check|arrange|issue|replace|tell, not on|at this|our account|page|line|desk|branch|site|number
  without a|an|the|that|your ~ form|referral|certificate|letter ~ from|which|that|27b, need|want a|an|the|your new? referral|letter|form|note|certificate|statement|confirmation|report|reference|crime|police ~ from ${WHO}, from your gp|doctor|employer|landlord|bank|dentist|insurer|school, approved repairers|suppliers|contractors|list, make ~ arrangements yourself|with, out who does|can|is|owns|runs, number of|for the? head|main|our|their ~ office|line|desk, unable|not to process|deal|look|help|proceed ~ without a|an|the
  not one? for us|me|this, be|are|is the ones? to, best|better placed, best|better|first|main point|port of, point of contact, must|should|has|have|needs to? come|go via|through, you'll|you|you'd want|need #name, have|has a|an|their dedicated|own ~ inbox|line|team|page|form|number|site, have you ~ looked|seen|read|checked|tried at? our|the ~ faq|faqs|help|guide|website|page|pages|site, how to complain|appeal|claim to|through|via, we only do|cover|look|run|handle|manage ~ the, took|take|taken that|it|this over, no way of seeing|knowing|checking|telling ~ from, isn't manned|monitored|staffed, for the|your|our ~ ${ELSEWHERE} to decide|answer|say|sort|deal|settle|consider, only the|your|our ~ ${ELSEWHERE} can|may|will, discuss this|it with the|your ~ holder|payer|owner, bottom right|left of, on the homepage, ${ELSEWHERE} ~ upstairs|downstairs|next door`)

/** Who acts in a sentence, where it is not the customer. */
export const OTHERS = set(
  "i i'll i've i'd i'm we we'll we've we'd we're us me they they'll they've let he he'll he's she she'll she's let's who team driver engineer colleague colleagues manager guard officer courier contractor nobody someone somebody someone's anyone",
)
export const CUSTOMER = set(
  "you you'd you'll you're please kindly customers customer residents tenants passengers members simply everyone anybody public parents patients students policyholders claimants guests subscribers",
)
/** With the customer: what they had to do, or were told to, before. */
export const BEFORE_NOW = set(
  "had told asked made needn't needed having used having were was called make making did",
)
/** What may stand between who acts and what they do. */
export const BETWEEN = set(`
  can could may might must should will would shall need needs have has having want wants wish like ought able required asked advised reminded requested invited encouraged expected supposed welcome free best better to be are is been directly
  just also then always only first now again instead either simply really going still therefore perhaps maybe probably do prefer`)
/** Who is willing to is us, unless they say who they are. */
export const WILLING = set('happy glad pleased delighted going able trying try sorry')
/** What has no doer: "it is best to ask". */
export const IMPERSONAL = set("it it's it'd that's that'd that this way thing bet option idea advice advise")
/** Whom anybody must be free to name: in danger, and to those who decide over us. */
export const NEVER_BOUNCES = set(
  '999 112 105 101 111 911 police ombudsman emergency samaritans ambulance brigade hospital regulator court tribunal ofcom ofgem ofwat cisas adjudicator',
)

/** After these the customer is pointed to a handle. */
export const TOWARDS_A_HANDLE = set('tweet dm message contact at to via ask asking try follow over with')
/** What is said of whoever has the handle. */
export const OF_A_HANDLE = set("can will should are is who they they'll they're could")
/** What the customer does with an address. */
export const USES_ADDRESS = set(
  'send resend email write forward contact go visit apply claim complain register redirect log see use submit raise start complete form find reach reported head drop',
)
/** What may stand right before an address that is to be used, where nobody of ours acts. */
export const BEFORE_ADDRESS = set('at via details questions queries reached found')
/** They are spoken of, and not where one is sent. */
export const NO_PLACES = set('dm dms pm pms settings menu options home general inbox spam')
/** Whose number it is that a reply names, where it sends nobody there. */
export const RANG = set(
  "we i we've i've driver engineer colleague courier tried rang called phoned dialled texted your 999 her his you",
)

/** Whatever the customer is told to do with these in the same sentence, they are sent there. */
export const PLACES = set(`
  desk office reception concierge branch store shop showroom warehouse depot garage helpline hotline retailer seller manufacturer supplier provider operator courier carrier vendor dealer dealership broker insurer insurers bank landlord landlady agent agents agency company installer builder freeholder leaseholder
  council councillor authority embassy registrar registry bursar trustees administrator committee secretary practice surgery pharmacy pharmacist clinic doctor gp dentist hospice consultant airport airline hotel university school nursery college tutor teacher headteacher employer payroll hr accountant
  solicitor solicitors lawyer adviser advisor advisers surveyor plumber electrician portal website app webchat chatbot form forms questionnaire board association society department team organiser organisers promoter venue trust club centre counter kiosk executor tribunal registry library museum charity company companies
  facebook instagram whatsapp messenger trustpilot`)
/** What a customer does for it. Seeing, hearing and using are no trouble. */
export const EFFORTS = set(`
  ask apply approach arrange attend book bring buy call cancel chase check choose claim click collect come complain complete confirm consult contact dial direct discuss download drop email enquire fill find follow forward get give go head hit jump lodge log look make mention message nip obtain open order pass phone pick pop
  post press pursue query raise refer register report request resend return ring scan seek select send set show sign speak submit switch take talk tap telephone tell text try turn update upload visit walk write hand address engage instruct appoint hire liaise agree settle resolve sort negotiate escalate appeal reapply rebook reorder resubmit`)
/** Before these nobody is sent anywhere: what follows is what we do, or what they need not. */
export const ENOUGH = set(
  "you you'll you'd us me we we'll we've we're i i'll i've i'm here dm dms so because where who which that if when then before after",
)
/** A place whose name is followed by one of these is none: "your bank account". */
export const NO_PLACE_NEXT = set(
  "account accounts card cards statement details holiday holidays bill bills number order orders wall window door key keys food meal fee fees tax house home hours cover policy manager's name code fault stock credit voucher",
)

/** Whose number it would be, where they are no office: that is a matter of personal data. */
export const PRIVATE = set(
  'driver neighbour tenant passenger claimant reviewer customer complained reported involved witness',
)
/** Of these one can also speak without sending anybody there: "reinstall the app". */
export const TOOLS = set(
  'app website portal form forms team department board association society club centre library company companies',
)
/** Before a tool: what is done in it, or with it. */
export const BY = set('in on via through at with to from by using into onto')
