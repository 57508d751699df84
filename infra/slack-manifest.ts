/** Writes the manifest of the Slack app, of one stage: what Slack has to know, in one file. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import type { AppsManifestCreateArguments } from '@slack/web-api'
import { runCommand } from '../functions/shared/stage.ts'
import { RAISE } from '../functions/slack/raise.ts'

/** As Slack's own client describes it. */
export type Manifest = AppsManifestCreateArguments['manifest']

const USAGE = `npm run --silent slack-manifest [-- --stage <stage> | --url <ApiUrl>]

Writes the manifest of the Slack app to standard output: paste it at api.slack.com/apps, "Create New App", "From a
manifest". The address is that of the deployed stage (-- --stage prod), the one given, or this machine's.
`

/** Each with what it is for. */
const SCOPES: Readonly<Record<string, string>> = {
  'chat:write': 'cards, lines, refusals, digests',
  commands: '/complaint and the message shortcut',
  'channels:history': 'finding an interrupted post, in public channels',
  'groups:history': 'the same in private channels',
  'channels:read': 'the same, where the policy names a channel by name',
  'groups:read': 'the same for private channels',
  'files:write': 'the chart of the weekly summary',
  'im:history': 'finding an interrupted summary',
  'im:write': 'the weekly summary, to the lead alone',
  'reactions:write': 'the emoji that says a complaint’s stage',
  'users:read': 'noticing that somebody’s Slack user was deactivated',
}

/** @param apiUrl the stack's output `ApiUrl`, without a slash at the end */
export function slackManifest(apiUrl: string): Manifest {
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'Redress',
      description: 'Every complaint gets one owner and an answer',
      background_color: '#1d3557',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'Redress', always_online: true },
      shortcuts: [
        {
          name: 'Raise a complaint',
          type: 'message',
          callback_id: RAISE,
          description: 'Makes a complaint of what a customer says in this message',
        },
      ],
      slash_commands: [
        {
          command: '/complaint',
          url: `${apiUrl}/slack/commands`,
          description: 'Find, list and act on complaints',
          usage_hint: '<id> | find <words> | mine | open | next | help',
          should_escape: false,
        },
      ],
    },
    oauth_config: { scopes: { bot: Object.keys(SCOPES).sort() as never } },
    settings: {
      event_subscriptions: {
        request_url: `${apiUrl}/slack/events`,
        bot_events: ['app_home_opened', 'user_change'],
      },
      interactivity: { is_enabled: true, request_url: `${apiUrl}/slack/interactions` },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  }
}

/** The address of a deployed stage, or of the one on this machine. */
async function apiUrlOf(stage: string | undefined): Promise<string> {
  if (stage === undefined) {
    const home = process.env.REDRESS_HOME ?? join(import.meta.dirname, '../.redress')
    const file = join(home, 'local.json')
    if (!existsSync(file)) throw new Error(`Say which stage, or run npm start first.\n\n${USAGE}`)
    return (JSON.parse(readFileSync(file, 'utf8')) as { apiUrl: string }).apiUrl
  }
  const { Stacks } = await new CloudFormationClient({}).send(
    new DescribeStacksCommand({ StackName: `redress-${stage}` }),
  )
  const url = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'ApiUrl')?.OutputValue
  if (url === undefined) throw new Error(`The stack redress-${stage} has no output ApiUrl`)
  return url
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { stage: { type: 'string' }, url: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help === true) {
    process.stdout.write(USAGE)
    return
  }
  const url = values.url ?? (await apiUrlOf(values.stage))
  if (!URL.canParse(url)) throw new Error(`--url is not an address: ${url}`)
  process.stdout.write(`${JSON.stringify(slackManifest(url.replace(/\/+$/, '')), null, 2)}\n`)
}

if (import.meta.main) await runCommand(main)
