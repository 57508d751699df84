/** Lets time pass on the local stage, so that what becomes due on the way happens at its time and in its order. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { Event } from '../../functions/domain/complaint.ts'
import { addSeconds, type Instant, parseInstant } from '../../functions/domain/instant.ts'
import { clientConfig, LocalStage } from './aws.ts'
import type { LocalRun } from './home.ts'
import { until } from './wait.ts'

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
/** The auditor looks every minute: what was lost on the way is healed within two, and then goes on. */
const PATIENCE_SECONDS = 180
/** As the queue's mapping hands them over. */
const BATCH = 10

/**
 * Where a travel goes: an instant, or so far from now.
 * @param to `90m`, `3d`, `8w` (also `s`, `h`), or an ISO instant
 * @throws Error for anything else, and for the past.
 */
export function destination(to: string, now: Instant): Instant {
  const [, amount, unit] = /^(\d+)([smhdw])$/.exec(to) ?? []
  const target =
    amount === undefined ? parseInstant(to) : addSeconds(now, Number(amount) * (UNITS[unit ?? ''] ?? 0))
  if (target < now) throw new Error(`The stage's clock says ${now} and only goes forward: ${target} is past`)
  return target
}

/**
 * Moves the stage's clock to `target`, stopping at every instant at which a timer is due: there it fires, and all that
 * follows from it happens, before time goes on. Ends when Slack has been told everything, with the clock at `target`
 * (or as much later as that took in real time).
 *
 * @param say gets a line for each thing that happened: when, which complaint, what; no personal data
 * @throws Error naming what did not happen, when something is stuck.
 */
export async function travelTo(run: LocalRun, target: Instant, say: (line: string) => void): Promise<void> {
  const stage = new LocalStage(run)
  const lambda = new LambdaClient(clientConfig(run))
  const touched = new Set<string>()

  for (;;) {
    const due = await stage.dueUntil(target)
    const instant = due[0]?.nextDueAt
    if (instant === undefined) break
    const here = due.filter(({ nextDueAt }) => nextDueAt === instant).map(({ complaintId }) => complaintId)
    await stage.setNow(instant)

    const before = new Map<string, number>()
    for (const id of here) before.set(id, (await stage.standing(id)).complaint.version)
    for (let start = 0; start < here.length; start += BATCH)
      await fire(lambda, run, here.slice(start, start + BATCH), instant)

    for (const id of here) {
      touched.add(id)
      const { complaint } = await until(
        `complaint ${id} to settle at ${instant}: its timer fired, and its workflow waiting again`,
        async () => {
          const standing = await stage.standing(id)
          const fired = standing.nextDueAt === undefined || standing.nextDueAt > instant
          return standing.settled && fired && standing
        },
        PATIENCE_SECONDS,
      )
      for (const event of await stage.events(id, before.get(id))) say(line(id, event))
      before.set(id, complaint.version)
    }
  }

  await stage.setNow(target)
  for (const id of touched) {
    await until(
      `Slack to be told everything about complaint ${id}`,
      async () => (await stage.standing(id)).told,
      PATIENCE_SECONDS,
    )
  }
}

async function fire(
  lambda: LambdaClient,
  run: LocalRun,
  complaintIds: string[],
  dueAt: Instant,
): Promise<void> {
  const Records = complaintIds.map((complaintId) => ({
    messageId: complaintId,
    receiptHandle: complaintId,
    body: JSON.stringify({ complaintId, dueAt }),
    attributes: { ApproximateReceiveCount: '1' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:travel',
    awsRegion: run.region,
  }))
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: `${run.stackName}-fire`, Payload: JSON.stringify({ Records }) }),
  )
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString() || '{}') as {
    batchItemFailures?: { itemIdentifier: string }[]
    errorMessage?: string
  }
  if (FunctionError !== undefined) throw new Error(`The function fire failed: ${answer.errorMessage}`)
  const failed = (answer.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier)
  if (failed.length > 0) throw new Error(`The function fire failed for ${failed.join(', ')}: see its log`)
}

function line(complaintId: string, event: Event): string {
  const details = event as { timer?: string; percent?: number; level?: number; role?: string }
  const { timer, percent, level, role } = details
  const more = [
    timer,
    percent === undefined ? undefined : `${percent}%`,
    level === undefined ? undefined : `level ${level}`,
    role,
  ].filter((part) => part !== undefined)
  return `${event.at}  ${complaintId}  ${[event.type, ...more].join(' ')}`
}
