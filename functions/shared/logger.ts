import { Logger } from '@aws-lambda-powertools/logger'

/**
 * The one logger. Ids, counts and codes only: what a customer wrote, and who they are, stays in the ledger. Its service
 * name and level come from the environment.
 */
export const logger = new Logger()
