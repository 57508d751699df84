import { isOpen, localDate, nextOpening } from './calendar.ts'
import { type Complaint, kindOf, type Timer, type TimerName } from './complaint.ts'
import { epochSeconds, type Instant } from './instant.ts'
import { type Ladder, type Policy, personOf, type Role, type Team, teamOf } from './policy.ts'

/*
 * Who is there, and when. Time is an argument here as everywhere; who is on duty is a question of the moment at which
 * somebody is needed, not of the moment at which a complaint came in.
 */

const DAY_SECONDS = 86_400

/** The hours that a team works; undefined where its policy says nothing of who works when. */
const hoursOf = (policy: Policy, team: Team) =>
  team.hours === undefined ? undefined : policy.calendars[team.hours]

/**
 * Who looks after a team at an instant, by id: whose turn it is, or who covers for them. While the team is closed it is
 * whom the policy names for that time, and where it names nobody, who is on duty when the team next opens.
 */
export function onDuty(policy: Policy, teamId: string, at: Instant): string | undefined {
  const team = teamOf(policy, teamId)
  if (team === undefined) return undefined
  const hours = hoursOf(policy, team)
  if (hours === undefined) return team.onCall
  if (team.outOfHours !== undefined && !isOpen(hours, at)) return team.outOfHours.tell
  const day = localDate(hours, nextOpening(hours, at))
  return coverFor(team, turnOf(team, day), day)
}

/** Who does a person's part at an instant: they themselves, or who covers for them while they are away. */
export function standIn(policy: Policy, person: string, at: Instant): string {
  const teamId = personOf(policy, person)?.team
  const team = teamId === undefined ? undefined : teamOf(policy, teamId)
  const hours = team && hoursOf(policy, team)
  return team === undefined || hours === undefined ? person : coverFor(team, person, localDate(hours, at))
}

/** Turns change at local midnight. Before the first of them it is whoever is on call without a rotation. */
function turnOf({ onCall, rotation }: Team, day: string): string {
  if (rotation === undefined || day < rotation.from) return onCall
  const days = (epochSeconds(`${day}T00:00:00Z`) - epochSeconds(`${rotation.from}T00:00:00Z`)) / DAY_SECONDS
  const turn = Math.floor(days / (rotation.every === 'week' ? 7 : 1))
  return rotation.people[turn % rotation.people.length] ?? onCall
}

/** Who covers may be away themselves; where that leads in a circle, nobody is there, and it stays with the first. */
function coverFor({ cover = [] }: Team, person: string, day: string): string {
  const asked = new Set<string>()
  let found = person
  for (;;) {
    if (asked.has(found)) return person
    asked.add(found)
    const away = cover.find((one) => one.person === found && one.from <= day && day <= one.to)
    if (away === undefined) return found
    found = away.by
  }
}

/**
 * Who is involved at a level of a timer's ladder at an instant. For a handoff it is the receiving team that has to move,
 * so its people are the ones called. Where a team says who is on duty, that person is called along with an owner who is
 * not.
 *
 * @returns the role and the people's ids, each once.
 */
export function peopleAt(
  policy: Policy,
  complaint: Complaint,
  timer: Timer,
  ladder: Ladder,
  level: number,
  at: Instant,
): { role: Role; people: string[] } {
  const role = ladder.rungs[level - 1]?.tell ?? 'duty-manager'
  const receiving = receivingTeam(complaint, timer.name)
  const id = receiving ?? complaint.team
  const team = teamOf(policy, id)
  if (role === 'duty-manager' || team === undefined)
    return { role, people: [standIn(policy, policy.dutyManager, at)] }
  if (role === 'team-lead') return { role, people: [standIn(policy, team.lead, at)] }
  const onDutyNow = onDuty(policy, id, at) ?? team.onCall
  if (receiving !== undefined) return { role, people: [onDutyNow] }
  const owner = standIn(policy, complaint.owner, at)
  const shared = team.rotation !== undefined || team.outOfHours !== undefined
  return { role, people: [...new Set(shared ? [owner, onDutyNow] : [owner])] }
}

/** The team that a timer of a handoff waits for: of the complaint's, or of one of its issues'. */
export function receivingTeam(complaint: Complaint, timer: TimerName): string | undefined {
  if (timer === 'accept-handoff') return complaint.handoff?.toTeam
  if (kindOf(timer) !== 'accept-handoff') return undefined
  return complaint.issues.find(({ id }) => timer === `accept-handoff:${id}`)?.handoff?.toTeam
}
