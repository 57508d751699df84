import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, inject, it } from 'vitest'
import type { ComplaintFile } from '../../functions/audit/file.ts'
import { complaintKey, eventKey } from '../../functions/ledger/keys.ts'
import { accessibilityFaults, chromiumPath, NO_CHROMIUM, startBrowser } from './support/browser.ts'
import { clientOf } from './support/client.ts'
import { command } from './support/command.ts'

/*
 * A complaint's record through the deployed functions and the commands: proved, handed over, erased, proved again, and
 * found out once somebody with access to the table has changed it.
 */

const run = inject('redress')
const client = clientOf(run)
const { db } = client.stage

const MARK = `marker${randomUUID().replaceAll('-', '')}`
const HOSTILE = `${MARK} <img src=x onerror="window.harmed = 1"></blockquote><script>window.harmed = 2</script> \u202egnp.exe`

const verify = (...args: string[]) => command(run, 'functions/audit/verify-cli.ts', ...args)
const file = (...args: string[]) => command(run, 'functions/audit/file-cli.ts', ...args)

const executablePath = chromiumPath()
if (executablePath === undefined && process.env.CI) throw new Error(NO_CHROMIUM)

describe('A complaint’s record', () => {
  const page = join(tmpdir(), `${MARK}.html`)
  let complaintId = ''
  let count = 0

  const does = async (body: object): Promise<void> =>
    expect(await client.ops(`/complaints/${complaintId}/commands`, { as: 'sam', ...body })).toMatchObject({
      status: 200,
    })
  const update = (seq: number, UpdateExpression: string, ExpressionAttributeValues?: object) =>
    db.send(
      new UpdateCommand({
        TableName: run.tableName,
        Key: { pk: complaintKey(complaintId), sk: eventKey(seq) },
        UpdateExpression,
        ExpressionAttributeNames: { '#event': 'event', '#actor': 'actor' },
        ExpressionAttributeValues: { ...ExpressionAttributeValues },
      }),
    )

  it('is proved from its first event on, whoever appended to it', async () => {
    const { body } = await client.signedWeb(
      client.webBody({
        author: { id: MARK, name: MARK },
        text: HOSTILE,
        permalink: `https://x.example/${MARK}`,
      }),
    )
    complaintId = body.complaintId
    await does({ type: 'acknowledge' })
    await does({ type: 'reply', text: `Dear ${HOSTILE}` })
    await does({ type: 'note', text: HOSTILE })
    await client.atRest(complaintId)
    count = (await client.events(complaintId)).length
    expect(count).toBeGreaterThanOrEqual(4)
    expect(verify(complaintId)).toEqual({
      status: 0,
      stdout: expect.stringMatching(`^${complaintId} ok, ${count} events, head [0-9a-f]{12}\n$`),
      stderr: '',
    })
    const { status, stdout } = verify('--all')
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining(complaintId) })
    expect(stdout).toMatch(/^\d+ complaints, 0 not as they were written$/m)
  })

  it('is handed over as JSON that proves itself, and that it was made is recorded', async () => {
    const { status, stdout } = file(complaintId)
    expect(status).toBe(0)
    const made = JSON.parse(stdout) as ComplaintFile
    expect(made).toMatchObject({ complaint: { id: complaintId }, verification: { problems: [] } })
    expect(made.messages.map(({ state, text }) => [state, text])).toEqual([
      ['received', HOSTILE],
      ['sent', `Dear ${HOSTILE}`],
    ])
    const path = join(tmpdir(), `${MARK}.json`)
    writeFileSync(path, stdout)
    expect(verify('--file', path)).toMatchObject({ status: 0 })
    const forged = (change: (text: string) => string) => {
      writeFileSync(path, change(stdout))
      return verify('--file', path)
    }
    const dear = `"text": "Dear ${MARK}`
    expect(forged((text) => text.replace(dear, '"text": "Dear friend'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('\n  messages: not what follows from the events\n'),
    })
    expect(forged((text) => text.replaceAll(dear, '"text": "Dear friend'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('words of event'),
    })
    expect(command(run, 'functions/shared/acts-cli.ts').stdout).toMatch(
      new RegExp(
        `\tfile-made\t${complaintId} at event ${count}, head ${made.verification.head?.slice(0, 12)}`,
      ),
    )
  })

  it.skipIf(executablePath === undefined)(
    'is a page that harms nobody, asks for nothing, and that everybody can read',
    async () => {
      writeFileSync(page, file(complaintId, '--html').stdout)
      const browser = await startBrowser(executablePath ?? '')
      try {
        const tab = await browser.newPage()
        const asked: string[] = []
        tab.on('request', (request) => asked.push(request.url()))
        await tab.goto(`file://${page}`)
        expect(await accessibilityFaults(tab)).toEqual([])
        expect(await tab.evaluate('window.harmed')).toBeUndefined()
        expect(await tab.locator('blockquote').first().textContent()).toBe(HOSTILE)
        expect(asked).toEqual([`file://${page}`])
        const pdf = await tab.pdf({ preferCSSPageSize: true })
        expect(pdf.length).toBeGreaterThan(10_000)
      } finally {
        await browser.close()
      }
    },
  )

  it('is still proved once the customer is erased, fact by fact', async () => {
    await does({ type: 'resolve', summary: `refunded ${MARK}` })
    await does({ type: 'close' })
    await client.atRest(complaintId)
    const erased = command(run, 'functions/subject/cli.ts', 'erase', '--apply', '--complaint', complaintId)
    expect(erased.status).toBe(0)
    await client.atRest(complaintId)
    count = (await client.events(complaintId)).length
    const { status, stdout } = verify(complaintId)
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        `^${complaintId} ok, ${count} events, head .{12}, \\d+ of them erased\n$`,
      ),
    })
    expect(file(complaintId).stdout).not.toContain(MARK)
    expect(command(run, 'functions/shared/acts-cli.ts').stdout).toContain(`\tcustomer-erased\t${complaintId}`)
  })

  it('shows which event somebody changed past the ledger', async () => {
    const events = await client.events(complaintId)
    const { seq = 0, actor } = events.find(({ type }) => type === 'acknowledged') ?? {}
    await update(seq, 'SET #event.#actor = :actor', { ':actor': 'mallory' })
    expect(verify(complaintId)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`\n  event ${seq} was changed\n`),
    })
    expect(file(complaintId)).toMatchObject({
      status: 1,
      stderr: `${complaintId}: event ${seq} was changed\n`,
    })
    await update(seq, 'SET #event.#actor = :actor', { ':actor': actor })
    expect(verify(complaintId).status).toBe(0)
  })

  afterAll(() => {
    // Others look at every complaint, too: it is left as it was.
    expect(verify(complaintId).status).toBe(0)
  })
})
