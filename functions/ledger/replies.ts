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
  sent(reply: ReplyName, via: string, reference: string, reports: boolean): Promise<void> {
    return this.#tell(reply, { type: 'record-sent', via, reference, reports, by: { id: `sender:${via}` } })
  }

  delivered(reply: ReplyName, source: string): Promise<void> {
    return this.#tell(reply, { type: 'record-delivered', by: { id: `source:${source}` } })
  }

  failed(reply: ReplyName, source: string, reason: string): Promise<void> {
    return this.#tell(reply, { type: 'record-failed', reason, by: { id: `source:${source}` } })
  }

  /** That a reply could not be sent. */
  unsent(reply: ReplyName, via: string, reason: string): Promise<void> {
    return this.#tell(reply, { type: 'record-failed', reason, by: { id: `sender:${via}` } })
  }

  async #tell({ complaintId, replyId }: ReplyName, command: object): Promise<void> {
    await this.#ledger.execute(complaintId, { ...command, id: replyId } as Command, await this.#now())
  }
}
