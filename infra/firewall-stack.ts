import { type App, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib'
import { LogGroup } from 'aws-cdk-lib/aws-logs'
import { CfnLoggingConfiguration, CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import type { StageConfig } from './config.ts'

/** Requests of one address in a minute, above which it is blocked until it sends fewer. */
const LIMITS = {
  /** A quarter of what one source may have in `prod`: platforms send from several addresses, a flood from one. */
  webhooks: 3000,
  /** Slack, and tools of the ops API. */
  others: 1200,
} as const

/**
 * Rules that look for attacks in what people write, and rules that platforms break by nature. They count and do not
 * block: a customer who quotes a script must not be turned away, and every body is checked by its signature and its
 * schema afterwards.
 */
const COUNTED = {
  AWSManagedRulesCommonRuleSet: [
    'SizeRestrictions_BODY', // 8 KB; ours is 256
    'CrossSiteScripting_BODY',
    'GenericLFI_BODY',
    'GenericRFI_BODY',
    'EC2MetaDataSSRF_BODY',
    'NoUserAgent_HEADER', // not every platform has one
  ],
  AWSManagedRulesKnownBadInputsRuleSet: ['Log4JRCE_BODY', 'JavaDeserializationRCE_BODY'],
  AWSManagedRulesAmazonIpReputationList: [],
} as const

/** The web ACL of a stage's front door. AWS wants it in us-east-1, wherever the stage is. */
export class FirewallStack extends Stack {
  readonly webAclArn: string

  constructor(scope: App, id: string, { config, account }: { config: StageConfig; account: string }) {
    super(scope, id, {
      description: `Redress (${config.stage}): the firewall in front of its API`,
      env: { account, region: 'us-east-1' },
      crossRegionReferences: true,
      terminationProtection: config.deletionProtection,
    })
    Tags.of(this).add('application', 'redress')
    Tags.of(this).add('stage', config.stage)

    const webAcl = new CfnWebACL(this, 'WebAcl', {
      name: `redress-${config.stage}`,
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('all'),
      rules: [
        ...(Object.keys(COUNTED) as (keyof typeof COUNTED)[]).map((name, priority) => ({
          name,
          priority,
          overrideAction: { none: {} },
          visibilityConfig: visibility(name),
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name,
              ruleActionOverrides: COUNTED[name].map((rule) => ({ name: rule, actionToUse: { count: {} } })),
            },
          },
        })),
        rate('webhooks-per-address', 10, LIMITS.webhooks, startsWithWebhooks),
        rate('others-per-address', 11, LIMITS.others, { notStatement: { statement: startsWithWebhooks } }),
      ],
    })
    this.webAclArn = webAcl.attrArn

    const log = new LogGroup(this, 'Log', {
      logGroupName: `aws-waf-logs-redress-${config.stage}`, // the prefix is AWS's condition
      retention: config.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [
        `arn:${this.partition}:logs:us-east-1:${account}:log-group:${log.logGroupName}`,
      ],
      // It has addresses, which nothing else here keeps: of those that were blocked or would have been, and no others.
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }, { ActionCondition: { Action: 'COUNT' } }],
          },
        ],
      },
      redactedFields: [
        ...['authorization', 'x-slack-signature', 'webhook-signature'].map((Name) => ({
          singleHeader: { Name },
        })),
        { queryString: {} },
        { uriPath: {} }, // a customer's page is opened by its path
      ],
    })
  }
}

const visibility = (metricName: string) => ({
  cloudWatchMetricsEnabled: true,
  metricName,
  sampledRequestsEnabled: false, // samples have bodies and addresses
})

const startsWithWebhooks: CfnWebACL.StatementProperty = {
  byteMatchStatement: {
    searchString: '/webhooks/',
    positionalConstraint: 'STARTS_WITH',
    fieldToMatch: { uriPath: {} },
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
}

const rate = (
  name: string,
  priority: number,
  limit: number,
  scopeDownStatement: CfnWebACL.StatementProperty,
): CfnWebACL.RuleProperty => ({
  name,
  priority,
  action: { block: { customResponse: { responseCode: 429 } } }, // a platform tries again after 429, not after 403
  visibilityConfig: visibility(name),
  statement: {
    rateBasedStatement: { aggregateKeyType: 'IP', evaluationWindowSec: 60, limit, scopeDownStatement },
  },
})
