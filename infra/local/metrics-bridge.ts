/** Does what CloudWatch does with metrics that functions log (embedded metric format), which the emulator does not. */
import { CloudWatchClient, PutMetricDataCommand, type StandardUnit } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda'
import { clientConfig } from './aws.ts'
import { STACK_NAME } from './home.ts'

const EVERY_MS = 3000
/** A line may become readable after a later one was read: look back so far again, and skip what is known. */
const LOOK_BACK_MS = 30_000

interface Emf {
  readonly [name: string]: unknown
  readonly _aws?: {
    readonly Timestamp: number
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string
      readonly Dimensions: readonly (readonly string[])[]
      readonly Metrics: readonly { readonly Name: string; readonly Unit?: StandardUnit }[]
    }[]
  }
}

/**
 * Starts copying, from now on, until stopped.
 * @returns a function that copies what is left, and stops.
 */
export async function startMetricsBridge(where: {
  awsEndpoint: string
  region: string
}): Promise<() => Promise<void>> {
  const logs = new CloudWatchLogsClient(clientConfig(where))
  const metrics = new CloudWatchClient(clientConfig(where))
  const groups: string[] = []
  for await (const page of paginateListFunctions({ client: new LambdaClient(clientConfig(where)) }, {}))
    for (const { FunctionName = '', LoggingConfig } of page.Functions ?? [])
      if (FunctionName.startsWith(`${STACK_NAME}-`) && LoggingConfig?.LogGroup !== undefined)
        groups.push(LoggingConfig.LogGroup)

  let since = Date.now()
  let known = new Set<string>()

  const copy = async (): Promise<void> => {
    const started = Date.now()
    const seen = new Set<string>()
    const times = new Map<string, number>()
    for (const logGroupName of groups) {
      let nextToken: string | undefined
      do {
        const page = await logs.send(
          new FilterLogEventsCommand({
            logGroupName,
            startTime: since,
            ...(nextToken === undefined ? {} : { nextToken }),
          }),
        )
        for (const { logStreamName, timestamp, message = '' } of page.events ?? []) {
          // The emulator gives lines no id of their own: the same line twice in a millisecond is two.
          const line = `${logStreamName} ${timestamp} ${message}`
          const time = (times.get(line) ?? 0) + 1
          times.set(line, time)
          const id = `${line} ${time}`
          seen.add(id)
          if (known.has(id)) continue
          await put(message)
          known.add(id) // at once: a round that fails later on is repeated, and counts nothing twice
        }
        nextToken = page.nextToken
      } while (nextToken !== undefined)
    }
    known = seen
    since = Math.max(since, started - LOOK_BACK_MS)
  }

  const put = async (message: string): Promise<void> => {
    if (!message.includes('"_aws"')) return
    let emf: Emf
    try {
      emf = JSON.parse(message) as Emf
    } catch {
      return // a log line that only mentions it
    }
    for (const { Namespace, Dimensions, Metrics } of emf._aws?.CloudWatchMetrics ?? []) {
      const MetricData = Dimensions.flatMap((names) =>
        Metrics.map(({ Name, Unit }) => ({
          MetricName: Name,
          ...(Unit === undefined ? {} : { Unit }),
          Timestamp: new Date(emf._aws?.Timestamp ?? Date.now()),
          Dimensions: names.map((name) => ({ Name: name, Value: String(emf[name]) })),
          Values: [emf[Name]].flat().map(Number),
        })),
      )
      if (MetricData.length > 0) await metrics.send(new PutMetricDataCommand({ Namespace, MetricData }))
    }
  }

  let running: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    // One round at a time; one that failed is made up for by the next, which looks at the same lines again.
    running = running.then(copy).catch(() => {})
  }, EVERY_MS)
  return async () => {
    clearInterval(timer)
    await running
    await copy().catch(() => {})
  }
}
