import type { Command } from '../domain/decide.ts'
import type { Instant } from '../domain/instant.ts'
import type { ReplyName } from '../sources/platform.ts'
import type { Ledger } from './ledger.ts'
import type { ReportLedger } from './reports.ts'

/** What the ledger is told of a reply that was released. Told again, it changes nothing. */
export class ReplyFacts implements ReportLedger {
  readonly #ledger: Pick<Ledger, 'execute'>
  readonly #now: () => Promise<Instant>

  /** @param now on the stage. */
  constructor(ledger: Pick<Ledger, 'execute'>, now: () => Promise<Instant>) {
    this.#ledger = ledger
    this.#now = now
  }

  /** @param reports whether the platform says later that it was delivered. */
  async sent(reply: ReplyName, platform: string, reference: string, reports: boolean): Promise<void> {
    const by = { id: `sender:${platform}` }
    await this.#tell(reply, { type: 'record-sent', id: reply.replyId, platform, reference, reports, by })
  }

  /** That a reply could not be sent. @param platform absent: nothing could send it. */
  async unsent(reply: ReplyName, platform: string | undefined, reason: string): Promise<void> {
    const by = { id: platform === undefined ? 'sender' : `sender:${platform}` }
    await this.#tell(reply, { type: 'record-failed', id: reply.replyId, reason, by })
  }

  async delivered(reply: ReplyName, source: string): Promise<void> {
    await this.#tell(reply, { type: 'record-delivered', id: reply.replyId, by: { id: `source:${source}` } })
  }

  async failed(reply: ReplyName, source: string, reason: string, cameBack?: boolean): Promise<void> {
    const by = { id: `source:${source}` }
    await this.#tell(reply, { type: 'record-failed', id: reply.replyId, reason, cameBack, by })
  }

  async #tell({ complaintId }: ReplyName, command: Command): Promise<void> {
    await this.#ledger.execute(complaintId, command, await this.#now())
  }
}
