import type { Instant } from '../../../functions/domain/instant.ts'
import type { LocalStage } from '../aws.ts'
import type { LocalRun } from '../home.ts'
import type { Platforms } from '../platforms/index.ts'
import type { Slack } from '../slack.ts'

/** A travel through time that is under way, or the last one. */
export interface Travel {
  readonly from: Instant
  readonly target: Instant
  /** What happened on the way, see `travelTo`. */
  readonly lines: string[]
  done: boolean
  error?: string
}

/** The running stack that the page shows and acts upon. */
export interface Backstage {
  readonly run: LocalRun
  readonly slack: Slack
  readonly platforms: Pick<Platforms, 'shown'>
  readonly stage: LocalStage
  travel?: Travel
}

/** What the page is to say went wrong. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
