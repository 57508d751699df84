/** What a stage has and does by itself, read out of the template that deploys it. */
import { assumed } from './price.ts'

export interface Resource {
  readonly Type: string
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of every shape
  readonly Properties: any
}
export type Resources = Readonly<Record<string, Resource>>

/** The name in functions/ of a function that is called `redress-<stage>-<name>`. */
export const nameOf = (functionName: string): string => functionName.replace(/^redress-[a-z]+-/, '')

const PER_MONTH = {
  minute: assumed.secondsInMonth / 60,
  hour: assumed.secondsInMonth / 3600,
  day: assumed.secondsInMonth / 86_400,
}

/** How many of `all` values a field of a cron expression stands for. */
function times(field: string, all: number): number {
  if (field === '*' || field === '?') return all
  const [, start = '', step] = /^(\d+|\*)\/(\d+)$/.exec(field) ?? []
  if (step !== undefined) return Math.ceil((all - (start === '*' ? 0 : Number(start))) / Number(step))
  if (/^\w+(,\w+)*$/.test(field)) return field.split(',').length
  throw new Error(`"${field}" is not read here: add it to infra/cost/standing.ts`)
}

/**
 * How often a schedule of EventBridge runs in a month, on average.
 * @param expression such as `rate(5 minutes)` or `cron(0/5 * * * ? *)`
 * @throws Error for an expression that this does not read
 */
export function runsInMonth(expression: string): number {
  const [, amount, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  if (amount !== undefined) return PER_MONTH[unit as keyof typeof PER_MONTH] / Number(amount)
  const [, minute, hour, day, month, weekday, year] =
    /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/.exec(expression) ?? []
  if (
    minute === undefined ||
    hour === undefined ||
    day === undefined ||
    weekday === undefined ||
    month !== '*' ||
    year !== '*'
  )
    throw new Error(`The schedule ${expression} is not read here: add it to infra/cost/standing.ts`)
  const days = /^[*?]$/.test(day) ? PER_MONTH.day : times(day, 31)
  const share = /^[*?]$/.test(weekday) ? 1 : times(weekday, 7) / 7
  return times(minute, 60) * times(hour, 24) * days * share
}

/** Every schedule of the template: which function it runs, how often, and whether it tells it to sweep. */
export function schedulesOf(resources: Resources): { name: string; sweep: boolean; runsInMonth: number }[] {
  return Object.values(resources)
    .filter(({ Type, Properties: p }) => Type === 'AWS::Events::Rule' && p.ScheduleExpression !== undefined)
    .flatMap(({ Properties: p }) =>
      p.Targets.map((target: { Arn: { 'Fn::GetAtt': [string] }; Input?: string }) => ({
        name: nameOf(resources[target.Arn['Fn::GetAtt'][0]]?.Properties.FunctionName),
        sweep: JSON.parse(target.Input ?? '{}').sweep === true,
        runsInMonth: runsInMonth(p.ScheduleExpression),
      })),
    )
}

/** How many there are of what is paid by the month, and whether functions are traced. */
export function countsOf(resources: Resources) {
  const of = (type: string) => Object.values(resources).filter(({ Type }) => Type === type)
  return {
    queuesPolled: of('AWS::Lambda::EventSourceMapping').filter(
      ({ Properties: p }) => p.StartingPosition === undefined,
    ).length,
    secrets: of('AWS::SecretsManager::Secret').length,
    alarms: of('AWS::CloudWatch::Alarm').length,
    dashboards: of('AWS::CloudWatch::Dashboard').length,
    traced: of('AWS::Lambda::Function').some(({ Properties: p }) => p.TracingConfig?.Mode === 'Active'),
  }
}

/** Memory of each function in MiB. */
export const memoryOf = (resources: Resources): Record<string, number> =>
  Object.fromEntries(
    Object.values(resources)
      .filter(({ Type, Properties: p }) => Type === 'AWS::Lambda::Function' && p.FunctionName !== undefined)
      .map(({ Properties: p }) => [nameOf(p.FunctionName), p.MemorySize]),
  )
