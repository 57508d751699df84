import type { SFNClient } from '@aws-sdk/client-sfn'
import { completeTask } from '../driver/executions.ts'
import type { Mailboxes } from '../driver/mailbox.ts'
import { type Situation, situationOf } from '../driver/situation.ts'
import type { Ledger } from '../ledger/ledger.ts'

export interface Waiting extends Situation {
  readonly token: string
}

/** Each lost race means that a signal or a newer generation has come, which the next look sees. */
const LOOKS = 5

/**
 * Makes a task wait for the next signal of its complaint: tells it at once if there is news already, otherwise leaves
 * its token for the driver. Between the look and the leaving nothing can slip through: the leaving is conditional.
 *
 * @returns what became of it, for the log.
 * @throws Error after too many lost races; the state machine's retry calls again.
 */
export async function awaitSignal(
  { ledger, mailboxes, sfn }: { ledger: Ledger; mailboxes: Mailboxes; sfn: SFNClient },
  waiting: Waiting,
): Promise<'waiting' | 'told' | 'superseded'> {
  const { complaintId, generation, cursor, token } = waiting
  for (let look = 0; look < LOOKS; look++) {
    const complaint = await ledger.load(complaintId)
    if (complaint.signalSeq > cursor) {
      const situation = situationOf(complaint, generation)
      // A token that is closed already (a retry of this very call) has been told by the call before.
      await completeTask(sfn, token, situation)
      await mailboxes.advance(situation)
      return 'told'
    }
    if (await mailboxes.register(waiting, token)) return 'waiting'
    const mailbox = await mailboxes.read(complaintId)
    if (mailbox !== undefined && mailbox.generation > generation) {
      await completeTask(sfn, token, { complaintId, generation, cursor, next: 'superseded' })
      return 'superseded'
    }
  }
  throw new Error(`Complaint ${complaintId} changed at each of ${LOOKS} looks`)
}
