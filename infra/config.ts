/**
 * What differs from stage to stage, as data. Everything else is the same everywhere, so that what runs on a
 * laptop is what runs in production.
 */
import { RemovalPolicy } from 'aws-cdk-lib'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import * as z from 'zod'
import { isAddress, mailboxOf } from '../functions/senders/mime.ts'
import { SOURCE_NAMES, type SourceName } from './sources.ts'

export const STAGES = ['local', 'dev', 'prod'] as const
export type Stage = (typeof STAGES)[number]

/** A steady rate (requests a second) and how far a burst may exceed it. */
export interface Throttle {
  readonly rateLimit: number
  readonly burstLimit: number
}

/** Mail that Amazon SES receives. */
export interface MailConfig {
  /** Where it is sent to: every address of this domain. */
  readonly domain: string
  /** The receipt rule set that the rule goes into: one that exists already, instead of one of our own. */
  readonly ruleSet?: string
}

/** Replies by mail, which Amazon SES sends. */
export interface OutgoingMail {
  /** Who they are from: an address, or a name and the address in angle brackets. */
  readonly from: string
  /** The address's domain, which SES has verified. */
  readonly domain: string
  /** Where answers go, where that is not `from`. */
  readonly replyTo?: string
}

export interface StageConfig {
  readonly stage: Stage
  /** What becomes of the ledger and the export bucket when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy
  /** True: DynamoDB refuses to delete the table, whoever asks. */
  readonly deletionProtection: boolean
  readonly logRetention: RetentionDays
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN'
  /** How often the auditor looks for what should have happened, in minutes. */
  readonly auditRateMinutes: number
  /** When it compares every open complaint with the running executions as well, and counts both. */
  readonly sweep: 'hourly' | 'every round'
  /**
   * True: X-Ray records the functions and the state machine. Off unless asked for: Lambda's sampling (the first request
   * of each second and a twentieth of the others) cannot be changed, so in quiet hours every run is a trace, a quarter of
   * what a complaint costs; and traces end at the stream and the queues, which the ledger and the logs do not.
   */
  readonly tracing: boolean
  /** How long calls in Slack wait to be told together, and how often their message changes; Slack's limits want 10. */
  readonly gatherSeconds: number
  /**
   * Seconds after which a function looks again at a secret that it knows: the longest that a retired key is still good.
   * Default: a minute.
   */
  readonly secretCacheSeconds?: number
  /**
   * For each source's own webhooks, for Slack, for the ops API, and for the pages that customers open. Those of a route are
   * shared by all who call it.
   */
  readonly throttle: Readonly<Record<'webhooks' | 'slack' | 'ops' | 'pages', Throttle>>
  /**
   * True: clock and export may run once at a time only. New AWS accounts have too small a concurrency
   * limit to reserve any of it, so this is for production.
   */
  readonly reserveConcurrency: boolean
  /** The places that complaints come from: each has a secret, which costs $0.40 a month on AWS. */
  readonly sources: readonly SourceName[]
  /**
   * The address that platforms were told, up to `/webhooks`, where it is not the API's own: a custom domain, a CDN. Some
   * sign it. `{apiId}` in it stands for the API's id, which the emulator has in its addresses.
   */
  readonly publicUrl?: string
  /** A firewall in front of the API, in the account that it is deployed to: AWS wants to know account and region by name. */
  readonly firewall?: { readonly account: string; readonly region: string }
  readonly mail?: MailConfig
  readonly outgoingMail?: OutgoingMail
  /**
   * True: other systems are told of events, by a bus and by webhooks. Off unless asked for, but on the local stage: it costs
   * a little for each event, and some queues, alarms and a secret by the month.
   */
  readonly events: boolean
  /** How long webhooks wait between their tries, as a share of the usual; the local stage hurries. */
  readonly webhookPace: number
  /** The alarms' topic: one that exists already, instead of one of our own. */
  readonly alarmTopicArn?: string
  /** Who gets the alarms by e-mail, through our own topic. */
  readonly alarmEmail?: string
  /** What an alarm's runbook link starts with; `#anchor` follows. */
  readonly runbookUrl: string
  /** Streams every metric into the export bucket as it comes in, beside the nightly files. */
  readonly metricStream: boolean
  /** Describes the export's Parquet files to Athena. */
  readonly athena: boolean
  /** Local stage only: where Slack is pretended to be. Elsewhere the Slack client's own default is used. */
  readonly slackApiUrl?: string
  /** Local stage only: where the platforms that replies are sent by are pretended to be. Elsewhere it is they. */
  readonly platformsUrl?: string
  /** Local stage only: the module that stands in for `#clock`, so that time can travel. */
  readonly clockModule?: string
}

const byStage: Record<
  Stage,
  Omit<
    StageConfig,
    | 'stage'
    | 'tracing'
    | 'sources'
    | 'publicUrl'
    | 'firewall'
    | 'mail'
    | 'outgoingMail'
    | 'platformsUrl'
    | 'alarmTopicArn'
    | 'alarmEmail'
    | 'runbookUrl'
    | 'slackApiUrl'
    | 'metricStream'
    | 'athena'
    | 'events'
  >
> = {
  local: {
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    logRetention: RetentionDays.ONE_DAY,
    logLevel: 'INFO',
    auditRateMinutes: 1,
    sweep: 'every round',
    gatherSeconds: 1,
    secretCacheSeconds: 3,
    webhookPace: 1 / 60,
    throttle: {
      webhooks: { rateLimit: 1000, burstLimit: 1000 },
      slack: { rateLimit: 1000, burstLimit: 1000 },
      ops: { rateLimit: 1000, burstLimit: 1000 },
      pages: { rateLimit: 1000, burstLimit: 1000 },
    },
    reserveConcurrency: false,
    clockModule: 'infra/local/clock.ts',
  },
  dev: {
    removalPolicy: RemovalPolicy.DESTROY,
    deletionProtection: false,
    logRetention: RetentionDays.TWO_WEEKS,
    logLevel: 'DEBUG',
    auditRateMinutes: 5,
    sweep: 'hourly',
    gatherSeconds: 10,
    webhookPace: 1,
    throttle: {
      webhooks: { rateLimit: 50, burstLimit: 100 },
      slack: { rateLimit: 20, burstLimit: 40 },
      ops: { rateLimit: 20, burstLimit: 40 },
      pages: { rateLimit: 10, burstLimit: 20 },
    },
    reserveConcurrency: false,
  },
  prod: {
    removalPolicy: RemovalPolicy.RETAIN,
    deletionProtection: true,
    logRetention: RetentionDays.THREE_MONTHS,
    logLevel: 'INFO',
    auditRateMinutes: 5,
    sweep: 'hourly',
    gatherSeconds: 10,
    webhookPace: 1,
    // A channel's outage ends in everything it held back arriving at once: the burst is for that hour.
    throttle: {
      webhooks: { rateLimit: 200, burstLimit: 500 },
      slack: { rateLimit: 50, burstLimit: 100 },
      ops: { rateLimit: 50, burstLimit: 100 },
      // People with a browser, and mail programs that look at links: a mailing of ours brings them in crowds.
      pages: { rateLimit: 50, burstLimit: 200 },
    },
    reserveConcurrency: true,
  },
}

const flag = (name: string) =>
  z
    .enum(['true', 'false'], { error: `${name} is true or false` })
    .default('false')
    .transform((said) => said === 'true')

const Options = z.object({
  stage: z.enum(STAGES, {
    error: `say which stage: cdk … -c stage=<stage>, one of ${STAGES.join(', ')}`,
  }),
  alarmEmail: z.email('alarmEmail is not an e-mail address').optional(),
  alarmTopicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'alarmTopicArn is not the ARN of an SNS topic')
    .optional(),
  runbookUrl: z.string().min(1).default('docs/runbook.md'),
  sources: z.string().optional(),
  publicUrl: z
    .string()
    .regex(/^https?:\/\/[^\s?#]+[^\s?#/]$/, 'publicUrl is not an address like https://complaints.example.org')
    .optional(),
  waf: z
    .union(
      [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
      'waf is true or false',
    )
    .default(false),
  events: z.enum(['true', 'false'], { error: 'events is true or false' }).optional(),
  metricStream: flag('metricStream'),
  athena: flag('athena'),
  tracing: z
    .union(
      [z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')],
      'tracing is true or false',
    )
    .default(false),
  emailDomain: z
    .string()
    .regex(
      /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/,
      'emailDomain is not a domain in small letters, like complaints.example.org',
    )
    .optional(),
  emailRuleSet: z
    .string()
    .regex(/^[A-Za-z0-9][\w-]{0,62}[A-Za-z0-9]$/, 'emailRuleSet is not the name of an SES receipt rule set')
    .optional(),
  emailFrom: z
    .string()
    .refine(
      (text) => mailboxOf(text) !== undefined,
      'emailFrom is not an address, like "Example Care <care@example.org>"',
    )
    .optional(),
  emailReplyTo: z.string().refine(isAddress, 'emailReplyTo is not an address').optional(),
  platformsUrl: z.url({ protocol: /^https?$/, error: 'REDRESS_PLATFORMS_URL is not a URL' }).optional(),
  slackApiUrl: z.url({ protocol: /^https?$/, error: 'REDRESS_SLACK_API_URL is not a URL' }).optional(),
})

/** What the person deploying may say: CDK context (`-c key=value`) and two environment variables. */
export interface ConfigInput {
  /** `stage`, `sources`, `publicUrl`, `emailDomain`, `emailRuleSet`, `emailFrom`, `emailReplyTo`, `alarmEmail`, `alarmTopicArn`, `runbookUrl`, `events`, `metricStream`, `athena`, as found in the context; anything may be missing. */
  readonly context: (key: string) => unknown
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The stage's config.
 * @throws Error that names every mistake, so that a wrong deployment ends at synth and not halfway.
 */
export function readConfig({ context, env }: ConfigInput): StageConfig {
  const parsed = Options.safeParse({
    stage: context('stage'),
    alarmEmail: context('alarmEmail'),
    alarmTopicArn: context('alarmTopicArn'),
    runbookUrl: context('runbookUrl'),
    sources: context('sources'),
    publicUrl: context('publicUrl'),
    waf: context('waf'),
    tracing: context('tracing'),
    events: context('events'),
    metricStream: context('metricStream'),
    athena: context('athena'),
    emailDomain: context('emailDomain'),
    emailRuleSet: context('emailRuleSet'),
    emailFrom: context('emailFrom'),
    emailReplyTo: context('emailReplyTo'),
    platformsUrl: env.REDRESS_PLATFORMS_URL,
    slackApiUrl: env.REDRESS_SLACK_API_URL,
  })
  if (!parsed.success) throw new Error(misconfigured(parsed.error.issues.map((issue) => issue.message)))

  const { stage, alarmEmail, alarmTopicArn, runbookUrl, slackApiUrl, publicUrl, waf, metricStream, athena } =
    parsed.data
  const mistakes: string[] = []
  const named = (parsed.data.sources ?? { local: 'all', dev: 'web', prod: '' }[stage])
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = named.filter((name) => name !== 'all' && !SOURCE_NAMES.some((known) => known === name))
  if (unknown.length > 0)
    mistakes.push(`there is no source ${unknown.join(', ')}; sources: ${SOURCE_NAMES.join(', ')}`)
  // No default: a deployment that forgot to say it would take the secrets of those in use away.
  if (named.length === 0) mistakes.push('say where complaints come from: -c sources=web,x (or all)')
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = env
  const firewall = waf && account && region ? { account, region } : undefined
  if (waf && stage === 'local') mistakes.push('the local stage has no firewall: leave out -c waf')
  else if (waf && firewall === undefined)
    mistakes.push('a firewall is for one account and region: log in to AWS, so that the CDK knows which')
  const { emailDomain, emailRuleSet } = parsed.data
  if (stage === 'local' && emailDomain !== undefined)
    mistakes.push('the local stage receives no mail: leave out -c emailDomain')
  if (emailDomain === undefined && emailRuleSet !== undefined)
    mistakes.push(
      'emailRuleSet is for mail to a domain of yours: say -c emailDomain=complaints.example.org too',
    )
  if (stage === 'local' && slackApiUrl === undefined)
    mistakes.push('the local stage talks to a Slack emulator: set REDRESS_SLACK_API_URL to its address')
  if (stage !== 'local' && slackApiUrl !== undefined)
    mistakes.push(`REDRESS_SLACK_API_URL is for the local stage only: unset it to deploy ${stage}`)
  const { emailFrom, emailReplyTo, platformsUrl } = parsed.data
  if (emailFrom === undefined && emailReplyTo !== undefined)
    mistakes.push('emailReplyTo is for mail that is sent: say -c emailFrom=care@example.org too')
  if (stage === 'local' && platformsUrl === undefined)
    mistakes.push('the local stage sends to stand-ins: set REDRESS_PLATFORMS_URL to their address')
  if (stage !== 'local' && platformsUrl !== undefined)
    mistakes.push(`REDRESS_PLATFORMS_URL is for the local stage only: unset it to deploy ${stage}`)
  if (alarmEmail !== undefined && alarmTopicArn !== undefined)
    mistakes.push('give alarmEmail or alarmTopicArn, not both: an existing topic has its own subscribers')
  if (stage === 'prod' && alarmEmail === undefined && alarmTopicArn === undefined)
    mistakes.push('prod needs somebody to alarm: -c alarmEmail=… or -c alarmTopicArn=…')
  if (mistakes.length > 0) throw new Error(misconfigured(mistakes))

  return {
    stage,
    ...byStage[stage],
    tracing: parsed.data.tracing,
    runbookUrl,
    sources: SOURCE_NAMES.filter((name) => named.includes('all') || named.includes(name)),
    ...(publicUrl === undefined ? {} : { publicUrl }),
    ...(firewall === undefined ? {} : { firewall }),
    events: (parsed.data.events ?? String(stage === 'local')) === 'true',
    metricStream,
    athena,
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(emailDomain === undefined
      ? {}
      : { mail: { domain: emailDomain, ...(emailRuleSet === undefined ? {} : { ruleSet: emailRuleSet }) } }),
    ...(emailFrom === undefined
      ? {}
      : {
          outgoingMail: {
            from: emailFrom,
            domain: mailboxOf(emailFrom)?.address.split('@')[1] ?? '',
            ...(emailReplyTo === undefined ? {} : { replyTo: emailReplyTo }),
          },
        }),
    ...(platformsUrl === undefined ? {} : { platformsUrl }),
    ...(alarmTopicArn === undefined ? {} : { alarmTopicArn }),
    ...(slackApiUrl === undefined ? {} : { slackApiUrl }),
  }
}

const misconfigured = (mistakes: string[]) =>
  `Redress is misconfigured:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`
