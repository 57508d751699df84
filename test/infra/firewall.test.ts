import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../infra/config.ts'
import { ROOT } from '../../infra/constructs/bundle.ts'
import { addRedress } from '../../infra/redress-stack.ts'
import { RULES } from './rules.ts'
import { type Resource, SAID, type Template } from './synth.ts'

const ENV = { CDK_DEFAULT_ACCOUNT: '123456789012', CDK_DEFAULT_REGION: 'eu-west-1' }

/** Only as templates: no account has run this. */
describe('A stage with a firewall', () => {
  let outdir: string
  let stage: Template
  let firewall: Template
  const read = (name: string): Template =>
    JSON.parse(readFileSync(join(outdir, `${name}.template.json`), 'utf8'))
  const only = ({ Resources }: Template, type: string): Resource['Properties'] => {
    const found = Object.values(Resources).filter(({ Type }) => Type === type)
    expect(found).toHaveLength(1)
    return found[0]?.Properties
  }

  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'redress-firewall-'))
    const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'))
    const app = new App({
      outdir,
      builtinCloudFormationValidation: false,
      context: { ...context, ...SAID.prod.context, waf: 'true' },
    })
    addRedress(app, {}, ENV)
    app.synth() // throws for a finding of cdk-nag that nobody acknowledged
    stage = read('redress-prod')
    firewall = read('redress-prod-firewall')
  })
  afterAll(() => rmSync(outdir, { recursive: true }))

  it('has its web ACL in us-east-1, for CloudFront, with AWS’s rules and a limit for each address', () => {
    const acl = only(firewall, 'AWS::WAFv2::WebACL')
    expect(acl.Scope).toBe('CLOUDFRONT')
    expect(acl.DefaultAction).toEqual({ Allow: {} })
    expect(acl.Rules.map((rule: Resource['Properties']) => rule.Name)).toEqual([
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesAmazonIpReputationList',
      'webhooks-per-address',
      'others-per-address',
    ])
    const manifest = JSON.parse(readFileSync(join(outdir, 'manifest.json'), 'utf8'))
    expect(manifest.artifacts['redress-prod-firewall'].environment).toBe('aws://123456789012/us-east-1')
    expect(manifest.artifacts['redress-prod'].environment).toBe('aws://123456789012/eu-west-1')
  })

  it('blocks nobody for the words of a complaint: rules that read bodies count', () => {
    const groups = only(firewall, 'AWS::WAFv2::WebACL')
      .Rules.map((rule: Resource['Properties']) => rule.Statement.ManagedRuleGroupStatement)
      .filter((group: unknown) => group !== undefined)
    const counted = groups.flatMap((group: Resource['Properties']) =>
      (group.RuleActionOverrides ?? []).filter(
        (o: Resource['Properties']) => o.ActionToUse.Count !== undefined,
      ),
    )
    expect(counted.map((o: Resource['Properties']) => o.Name)).toEqual(
      expect.arrayContaining(['SizeRestrictions_BODY', 'CrossSiteScripting_BODY', 'Log4JRCE_BODY']),
    )
  })

  it('limits an address well below what a source may have, and tells it to come again', () => {
    const limits = only(firewall, 'AWS::WAFv2::WebACL').Rules.filter(
      (rule: Resource['Properties']) => rule.Statement.RateBasedStatement !== undefined,
    )
    const { throttle } = readConfig({ context: (key) => SAID.prod.context[key], env: {} })
    for (const { Statement, Action } of limits) {
      const { Limit, EvaluationWindowSec } = Statement.RateBasedStatement
      expect(Limit / EvaluationWindowSec).toBeLessThanOrEqual(throttle.webhooks.rateLimit / 4)
      expect(Action.Block.CustomResponse.ResponseCode).toBe(429)
    }
  })

  it('logs what it stops, without signatures and tokens', () => {
    const { LoggingFilter, RedactedFields } = only(firewall, 'AWS::WAFv2::LoggingConfiguration')
    expect(LoggingFilter.DefaultBehavior).toBe('DROP')
    expect(JSON.stringify(RedactedFields)).toMatch(/authorization/)
  })

  it('has a front door that caches nothing, speaks TLS only, and proves itself to the functions', () => {
    const { DistributionConfig: config } = only(stage, 'AWS::CloudFront::Distribution')
    expect(config.WebACLId).toBeDefined()
    expect(config.DefaultCacheBehavior).toMatchObject({
      ViewerProtocolPolicy: 'https-only',
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad', // AWS's CachingDisabled
      OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac', // AWS's AllViewerExceptHostHeader
    })
    const [header] = config.Origins[0].OriginCustomHeaders
    expect(header.HeaderName).toBe('x-redress-front')
    expect(JSON.stringify(header.HeaderValue)).toContain('{{resolve:secretsmanager:') // not the value
  })

  it('has every function behind the API refuse who comes around it', () => {
    const told = Object.values(stage.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .filter(({ Properties }) => Properties.Environment?.Variables?.FRONT_SECRET !== undefined)
      .map(({ Properties }) => Properties.FunctionName)
    expect(told.sort()).toEqual([
      'redress-prod-customer-page',
      'redress-prod-desk',
      'redress-prod-intake',
      'redress-prod-report-page',
      'redress-prod-slack-desk',
    ])
  })

  it('has its platforms’ signatures checked against the address that they were told', () => {
    const intake = Object.values(stage.Resources).find(
      ({ Properties }) => Properties?.FunctionName === 'redress-prod-intake',
    )
    expect(JSON.stringify(intake?.Properties.Environment.Variables.PUBLIC_URL)).toContain('Distribution')
    expect(stage.Outputs.PublicUrl).toBeDefined()
  })

  /** What the cross-region reference brings, and the one secret that is made here, are not as all others are. */
  const OTHERWISE =
    /outputs are those|no secret has a value|role of its own|Node 24|log in a group|with a \* in|told where|calls its own machine|limit to a resource|time travel/
  it.each(RULES.filter(({ holds }) => !OTHERWISE.test(holds)))('still holds that $holds', ({ check }) => {
    expect(check(stage, 'prod')).toEqual([])
  })

  it('is for a stage on AWS, whose account and region are known', () => {
    const config = (context: Record<string, unknown>, env: Record<string, string>) =>
      readConfig({ context: (key) => context[key], env })
    expect(() => config({ ...SAID.prod.context, waf: 'true' }, {})).toThrow('log in to AWS')
    expect(() => config({ ...SAID.local.context, waf: 'true' }, { ...SAID.local.env, ...ENV })).toThrow(
      'the local stage has no firewall',
    )
    expect(config({ ...SAID.prod.context, waf: 'false' }, ENV).firewall).toBeUndefined()
    expect(() => config({ ...SAID.prod.context, waf: 'maybe' }, ENV)).toThrow('waf is true or false')
  })
})
