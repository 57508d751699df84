import type { SFNClient } from '@aws-sdk/client-sfn'
import { isOver } from '../domain/complaint.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { completeTask, type Executions } from './executions.ts'
import type { Mailboxes } from './mailbox.ts'
import { situationOf } from './situation.ts'

export interface Workflow {
  readonly ledger: Ledger
  readonly mailboxes: Mailboxes
  readonly executions: Executions
  readonly sfn: SFNClient
}

/**
 * What driving came to. `between waits`: the execution runs and will see the signal when it waits next, or it is gone;
 * the auditor tells the two apart.
 */
export type Driven = 'up to date' | 'started' | 'woken' | 'between waits'

/**
 * Brings a complaint's execution up to the ledger: starts one where there is none, wakes one that waits. It looks at
 * the state, not at the event that called for it, so it can be called any number of times, late, and out of order.
 *
 * @throws NotFound; any error of AWS, after which calling again is safe at whatever point it happened.
 */
export async function drive(workflow: Workflow, complaintId: string): Promise<Driven> {
  const { ledger, mailboxes, executions, sfn } = workflow
  const [complaint, mailbox] = await Promise.all([ledger.load(complaintId), mailboxes.read(complaintId)])
  if (mailbox === undefined) return isOver(complaint) ? 'up to date' : startNext(workflow, complaintId, 0)
  if (mailbox.ended === true) {
    return isOver(complaint) ? 'up to date' : startNext(workflow, complaintId, mailbox.generation)
  }
  if (mailbox.cursor >= complaint.signalSeq) return 'up to date'
  if (mailbox.token === undefined) return 'between waits'

  const situation = situationOf(complaint, mailbox.generation)
  if ((await completeTask(sfn, mailbox.token, situation)) === 'told') {
    // In this order: a crash before this line leaves a token whose task is closed, which the branch below sorts out.
    await mailboxes.advance(situation)
    return 'woken'
  }
  await mailboxes.discard(complaintId, mailbox.token)
  if (await executions.isRunning(complaintId, mailbox.generation)) return 'between waits'
  if (isOver(complaint)) {
    await mailboxes.advance(situation)
    return 'up to date'
  }
  return startNext(workflow, complaintId, mailbox.generation)
}

/** How many used names to step over: a generation is used up only by an execution that ended unheard of. */
const NAMES_TRIED = 20

/** Starts the first generation after `generation` that is free; one of them that runs is as good. */
export async function startNext(
  workflow: Workflow,
  complaintId: string,
  generation: number,
): Promise<'started'> {
  const { ledger, mailboxes, executions } = workflow
  const complaint = await ledger.load(complaintId)
  for (let next = generation + 1; next <= generation + NAMES_TRIED; next++) {
    const situation = situationOf(complaint, next)
    if ((await executions.start(situation)) === 'started') {
      await mailboxes.advance(situation)
      return 'started'
    }
    if (await executions.isRunning(complaintId, next)) return 'started'
  }
  throw new Error(
    `Generations ${generation + 1} to ${generation + NAMES_TRIED} of ${complaintId} are all used up`,
  )
}
