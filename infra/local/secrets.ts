/** The secrets of a local run: made once per `.redress`, and put where the deployed functions look for them. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { createToken, hashOf, revokeToken, tokensIn } from '../../functions/shared/tokens.ts'
import { bySource, SOURCE_NAMES, type SourceName } from '../sources.ts'
import { clientConfig, LocalStage } from './aws.ts'
import type { Outputs } from './deploy.ts'
import { readJson, writeJson } from './home.ts'
import { newKey, secretOf } from './senders/index.ts'

export interface LocalSecrets {
  readonly sources: Readonly<Record<SourceName, string>>
  readonly slackSigningSecret: string
  readonly slackBotToken: string
  opsToken?: string
}

const file = (home: string): string => join(home, 'secrets.json')

/** Those of the last run, and new ones for whatever has none. */
export function localSecrets(home: string): LocalSecrets {
  const known = readJson<Partial<LocalSecrets>>(file(home))
  const secrets = {
    slackSigningSecret: randomBytes(16).toString('hex'),
    slackBotToken: `xoxb-local-${randomBytes(12).toString('hex')}`,
    ...known,
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
): Promise<string> {
  const manager = new SecretsManagerClient(clientConfig(where))
  const put = (SecretId: string, value: object) =>
    manager.send(new PutSecretValueCommand({ SecretId, SecretString: JSON.stringify(value) }))
  for (const source of SOURCE_NAMES)
    await put(outputs.secretArns[source], secretOf(source, secrets.sources[source]))
  const { slackSigningSecret: signingSecret, slackBotToken: botToken } = secrets
  await put(outputs.SlackSecretArn, { signingSecret, botToken })

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
