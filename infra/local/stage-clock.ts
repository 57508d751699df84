/** Where the local stage keeps how far its clock is ahead of real time, in `offsetSeconds`. */
export const STAGE_CLOCK = { pk: 'STAGE', sk: 'CLOCK' } as const
