import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import type { StageConfig } from '../config.ts'
import { type SourceName, secretId } from '../sources.ts'
import { acknowledge } from './acknowledge.ts'

export interface SecretsProps {
  readonly config: StageConfig
}

/**
 * What Redress shares with the outside, one secret each. They are created without any usable value, so until
 * somebody sets them (docs/deploy.md) every signature is refused.
 */
export class Secrets extends Construct {
  /** Per source of this stage: `{"active": ["…", …]}`; several, so that one can be replaced without a gap. */
  readonly sources: ReadonlyMap<SourceName, Secret>
  /** `{"signingSecret": "…", "botToken": "…"}` */
  readonly slack: Secret
  /** By platform, what it takes to send replies by it: docs/sending.md. A platform without an entry is not sent by. */
  readonly senders: Secret
  /** `{"key": "…"}`, ours alone and made with the stage: it signs the addresses of customers' pages. */
  readonly links: Secret

  constructor(scope: Construct, id: string, { config }: SecretsProps) {
    super(scope, id)
    const unset = (name: string, description: string, template: object) =>
      unsetSecret(this, name, config, {
        description,
        template,
        because:
          'The other side issues this secret: it is rotated by hand, with the old and the new one active meanwhile.',
      })
    this.sources = new Map(
      config.sources.map((source) => [
        source,
        unset(secretId(source), `Redress: active secrets of source ${source}`, { active: [] }),
      ]),
    )
    this.links = new Secret(this, 'Links', {
      description: 'Redress: signs the addresses of customers’ pages',
      removalPolicy: config.removalPolicy,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'key',
        passwordLength: 64,
        excludePunctuation: true,
      },
    })
    acknowledge(
      this.links,
      'AwsSolutions-SMG4',
      'A customer may open a page long after it was sent: the key is replaced by hand, and the former one kept beside it.',
    )
    this.senders = unset('Senders', 'Redress: credentials of the platforms that replies are sent by', {})
    this.slack = unset('Slack', 'Redress: Slack signing secret and bot token', {})
  }
}

interface Unset {
  readonly description: string
  readonly template: object
  /** Why AWS does not rotate it. */
  readonly because: string
}

/** A secret without any usable value: CloudFormation must generate something, and nothing reads the key `unset`. */
export function unsetSecret(
  scope: Construct,
  id: string,
  { removalPolicy }: StageConfig,
  { description, template, because }: Unset,
): Secret {
  const secret = new Secret(scope, id, {
    description,
    removalPolicy,
    generateSecretString: { secretStringTemplate: JSON.stringify(template), generateStringKey: 'unset' },
  })
  acknowledge(secret, 'AwsSolutions-SMG4', because)
  return secret
}
