import { lines, set } from './word-lists.ts'

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
