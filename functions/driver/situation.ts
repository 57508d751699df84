import type { Complaint } from '../domain/complaint.ts'
import { type Next, nextFor } from '../domain/decide.ts'

/** All that an execution knows of its complaint: ids and one word, so that no personal data enters its history. */
export interface Situation {
  readonly complaintId: string
  /** Executions of one complaint replace each other; the highest generation is the one that counts. */
  readonly generation: number
  /** `seq` of the last signal that the execution has taken in. */
  readonly cursor: number
  /** What to wait for or do next; `superseded`: a newer generation has taken over. */
  readonly next: Next | 'superseded'
}

/** What an execution of this generation has to do, given the state of its complaint. */
export const situationOf = (complaint: Complaint, generation: number): Situation => ({
  complaintId: complaint.id,
  generation,
  cursor: complaint.signalSeq,
  next: nextFor(complaint),
})
