/** The secrets of a local run: made once per `.redress`, and put where the deployed functions look for them. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createToken, hashOf, revokeToken, tokensIn } from '../../functions/shared/tokens.ts'
import { bySource, SOURCE_NAMES, type SourceName } from '../sources.ts'
import { clientConfig, LocalStage } from './aws.ts'
import type { Outputs } from './deploy.ts'
import { REGION, readJson, writeJson } from './home.ts'
import type { PlatformKeys } from './platforms/index.ts'
import { newKey, secretOf } from './senders/index.ts'
import { INSTAGRAM, PAGE } from './senders/meta.ts'
import { OUR_NUMBER } from './senders/twilio.ts'

export interface LocalSecrets {
  readonly sources: Readonly<Record<SourceName, string>>
  readonly slackSigningSecret: string
  readonly slackBotToken: string
  /** What the platforms that replies are sent by know us by, beside what their webhooks are signed with. */
  readonly senders: Readonly<Record<'x' | 'xKey' | 'xToken' | 'page' | 'zendesk' | 'endpoint', string>>
  opsToken?: string
}

const random = () => randomBytes(25).toString('base64url')
/** Of the account on X that answers. */
const ACCOUNT = '1000000000000009'

/** The domain of the local stage's mail, and who it is from. */
export const MAIL_DOMAIN = 'redress.example'
export const MAIL_FROM = `Example Care <care@${MAIL_DOMAIN}>`

/** The keys of the platforms' stand-ins. */
export function platformKeys({ sources, senders }: LocalSecrets): PlatformKeys {
  return {
    x: {
      consumerKey: senders.xKey,
      consumerSecret: sources.x,
      accessToken: senders.xToken,
      accessTokenSecret: senders.x,
    },
    meta: {
      appSecret: sources.meta,
      pages: [{ id: PAGE, token: senders.page, instagram: INSTAGRAM }],
    },
    twilio: {
      accountSid: `AC${'0'.repeat(32)}`,
      authToken: sources.twilio,
      numbers: [OUR_NUMBER, `whatsapp:${OUR_NUMBER}`],
    },
    zendesk: { email: `care@${MAIL_DOMAIN}`, token: senders.zendesk },
    endpoint: { secret: senders.endpoint },
    ses: { domain: MAIL_DOMAIN, configurationSet: 'redress-local', region: REGION },
  }
}

/** What the secret of the senders holds, for those stand-ins. */
function senderSecret(secrets: LocalSecrets, platformsUrl: string): object {
  const { x, meta, twilio, zendesk, endpoint } = platformKeys(secrets)
  return {
    x,
    meta,
    twilio: { accountSid: twilio.accountSid, authToken: twilio.authToken, from: OUR_NUMBER },
    zendesk: { subdomain: 'redress', ...zendesk },
    webhook: { url: `${platformsUrl}/endpoint/replies`, secret: endpoint.secret },
  }
}

const file = (home: string): string => join(home, 'secrets.json')

/** Those of the last run, and new ones for whatever has none. */
export function localSecrets(home: string): LocalSecrets {
  const known = readJson<Partial<LocalSecrets>>(file(home))
  const secrets = {
    slackSigningSecret: randomBytes(16).toString('hex'),
    slackBotToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
    ...known,
    senders: known?.senders ?? {
      xKey: random(),
      xToken: `${ACCOUNT}-${random()}`,
      x: random(),
      page: random(),
      zendesk: random(),
      endpoint: `whsec_${randomBytes(32).toString('base64')}`,
    },
    sources: bySource((source) => known?.sources?.[source] ?? newKey(source)),
  }
  writeJson(file(home), secrets)
  return secrets
}

/**
 * Stores the secrets, and makes an ops token unless the last one is still good.
 * @returns the token.
 */
export async function placeSecrets(
  home: string,
  secrets: LocalSecrets,
  where: { awsEndpoint: string; region: string },
  outputs: Outputs,
  platformsUrl: string,
): Promise<string> {
  const manager = new SecretsManagerClient(clientConfig(where))
  const put = (SecretId: string, value: object) =>
    manager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }))
  for (const source of SOURCE_NAMES)
    await put(outputs.secretArns[source], secretOf(source, secrets.sources[source]))
  const { slackSigningSecret: signingSecret, slackBotToken: botToken } = secrets
  await put(outputs.SlackSecretArn, { signingSecret, botToken })
  await put(outputs.SendersSecretArn, senderSecret(secrets, platformsUrl))

  const table = outputs.TableName
  const stage = new LocalStage({ ...where, tableName: table })
  const { opsToken } = secrets
  if (opsToken !== undefined && (await tokensIn(stage.db, table)(hashOf(opsToken))) !== undefined)
    return opsToken
  await revokeToken(stage.db, table, 'local')
  const created = await createToken(stage.db, table, {
    name: 'local',
    team: 'support',
    role: 'admin',
    createdAt: await stage.now(),
  })
  writeJson(file(home), { ...secrets, opsToken: created })
  return created
}
