import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RULES, type Rule } from './rules.ts'
import { type Resource, readTemplate, synth, type Template } from './synth.ts'

const DOMAIN = 'complaints.example.org'

function synthWith(more: Record<string, string>): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
  try {
    return synth('prod', outdir, { said: { emailDomain: DOMAIN, ...more } })
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

const of = ({ Resources }: Template, type: string, id: RegExp = /^Mailbox/): Resource[] =>
  Object.entries(Resources).flatMap(([name, found]) => (found.Type === type && id.test(name) ? [found] : []))
const only = (t: Template, type: string, id?: RegExp): Resource['Properties'] => {
  const [found, ...more] = of(t, type, id)
  if (found === undefined || more.length > 0) throw new Error(`there is not one ${type} of the mailbox`)
  return found.Properties
}
const idOf = (t: Template, id: RegExp): string => Object.keys(t.Resources).find((name) => id.test(name)) ?? ''
const allowing = (policy: Resource['Properties']): Resource['Properties'][] =>
  policy.PolicyDocument.Statement.filter((s: Resource['Properties']) => s.Effect === 'Allow')
const wrong = (isRight: boolean, what: string): string[] => (isRight ? [] : [what])

const MAILBOX: Rule[] = [
  {
    holds: 'mail comes by TLS, is looked at for viruses, and goes to the bucket: to this domain alone',
    check: (t) => {
      const { Rule: rule } = only(t, 'AWS::SES::ReceiptRule')
      const { BucketName, ObjectKeyPrefix } = rule.Actions[0].S3Action
      return [
        ...wrong(rule.TlsPolicy === 'Require' && rule.ScanEnabled && rule.Enabled, 'the rule'),
        ...wrong(JSON.stringify(rule.Recipients) === JSON.stringify([DOMAIN]), 'its recipients'),
        ...wrong(
          BucketName.Ref === idOf(t, /^MailboxBucket(?!Policy)/) && ObjectKeyPrefix === 'mails/',
          'its action',
        ),
      ]
    },
    breakIt: (t) => {
      only(t, 'AWS::SES::ReceiptRule').Rule.ScanEnabled = false
    },
  },
  {
    holds: 'SES alone may write to the bucket, for this account and by this rule',
    check: (t) => {
      const [statement, ...more] = allowing(only(t, 'AWS::S3::BucketPolicy'))
      const { 'aws:SourceAccount': account, 'aws:SourceArn': arn } = statement.Condition?.StringEquals ?? {}
      return [
        ...wrong(more.length === 0 && statement.Action === 's3:PutObject', 'the actions'),
        ...wrong(statement.Principal.Service === 'ses.amazonaws.com', 'who'),
        ...wrong(account?.Ref === 'AWS::AccountId', 'the account'),
        ...wrong(
          /:receipt-rule-set\/redress-prod:receipt-rule\/redress-prod"/.test(JSON.stringify(arn)),
          'the rule',
        ),
      ]
    },
    breakIt: (t) => {
      for (const statement of allowing(only(t, 'AWS::S3::BucketPolicy'))) delete statement.Condition
    },
  },
  {
    holds: 'a mail as it came is kept for thirty days, and what replaced one for a day',
    check: (t) => {
      const [rule] = only(t, 'AWS::S3::Bucket').LifecycleConfiguration.Rules
      return wrong(
        rule.Status === 'Enabled' &&
          rule.Prefix === undefined &&
          rule.ExpirationInDays === 30 &&
          rule.NoncurrentVersionExpiration.NoncurrentDays === 1,
        'the lifecycle',
      )
    },
    breakIt: (t) => {
      delete only(t, 'AWS::S3::Bucket').LifecycleConfiguration.Rules[0].ExpirationInDays
    },
  },
  {
    holds: 'only a bucket of this account and stage may fill the queue, and is made after it was allowed to',
    check: (t) => {
      const policy = idOf(t, /^MailboxQueuePolicy/)
      const [statement, ...more] = allowing(t.Resources[policy]?.Properties)
      const [bucket] = of(t, 'AWS::S3::Bucket') as (Resource & { DependsOn?: string[] })[]
      const [queue] = bucket?.Properties.NotificationConfiguration.QueueConfigurations ?? []
      return [
        ...wrong(more.length === 0 && statement.Principal.Service === 's3.amazonaws.com', 'who'),
        ...wrong(
          statement.Condition?.StringEquals?.['aws:SourceAccount']?.Ref === 'AWS::AccountId',
          'the account',
        ),
        ...wrong(/redress-prod-mailbox\*/.test(JSON.stringify(statement.Condition?.ArnLike)), 'the bucket'),
        ...wrong(bucket?.DependsOn?.includes(policy) === true, 'the order'),
        ...wrong(queue?.Queue['Fn::GetAtt'][0] === idOf(t, /^MailboxQueue(?!Policy)/), 'the queue'),
      ]
    },
    breakIt: (t) => {
      delete allowing(t.Resources[idOf(t, /^MailboxQueuePolicy/)]?.Properties)[0].Condition
    },
  },
  {
    holds: 'the rule is made after SES may write, and in a rule set of the stage',
    check: (t) => {
      const [rule] = of(t, 'AWS::SES::ReceiptRule') as (Resource & { DependsOn?: string[] })[]
      const needed = [idOf(t, /^MailboxBucketPolicy/), idOf(t, /^MailboxRuleSet/)]
      return needed.filter((id) => !rule?.DependsOn?.includes(id))
    },
    breakIt: (t) => {
      for (const rule of of(t, 'AWS::SES::ReceiptRule')) Object.assign(rule, { DependsOn: [] })
    },
  },
]

describe('A stage that Amazon SES brings mail to', () => {
  let template: Template
  beforeAll(() => {
    template = synthWith({})
  }, 60_000)

  it.each([...MAILBOX, ...RULES])('holds that $holds', ({ check }) => {
    expect(check(template, 'prod')).toEqual([])
  })

  it.each(MAILBOX)('would be caught breaking the rule that $holds', ({ check, breakIt }) => {
    const broken = structuredClone(template)
    breakIt(broken)
    expect(check(broken, 'prod')).not.toEqual([])
  })

  it('has one function more, and alarms of its own', () => {
    const names = of(template, 'AWS::CloudWatch::Alarm', /./).map(({ Properties }) => Properties.AlarmName)
    for (const name of ['dead-letter-mail', 'mail-waiting', 'mail-with-virus', 'mailbox-failing'])
      expect(names).toContain(`redress-prod-${name}`)
  })

  it('puts its rule into a rule set that exists, where it is told one, and makes none', () => {
    const t = synthWith({ emailRuleSet: 'inbound' })
    expect(of(t, 'AWS::SES::ReceiptRuleSet')).toEqual([])
    expect(only(t, 'AWS::SES::ReceiptRule').RuleSetName).toBe('inbound')
    expect(JSON.stringify(only(t, 'AWS::S3::BucketPolicy'))).toContain(
      'receipt-rule-set/inbound:receipt-rule/',
    )
  })
})

describe('Any other stage', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
  afterAll(() => rmSync(outdir, { recursive: true }))

  it('has nothing of it', () => {
    synth('prod', outdir)
    expect(Object.keys(readTemplate('prod', outdir).Resources).filter((id) => /mail/i.test(id))).toEqual([])
  })
})
