import { makeStep } from '../driver/step.ts'

/** Step Functions → ledger: closes a resolved complaint whose follow-up time has passed in silence. */
export const handler = makeStep('close-after-silence')
