import { makeStep } from '../driver/step.ts'

/** Step Functions → ledger: involves the next person on the ladder of the timer that waits longest for it. */
export const handler = makeStep('escalate')
