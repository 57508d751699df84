import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { RULES } from './rules.ts'
import { type Resource, synth, type Template } from './synth.ts'

const synthesised = (said: Record<string, string>): Template => {
  const outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
  try {
    return synth('prod', outdir, { said })
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

const of = ({ Resources }: Template, type: string): [string, Resource][] =>
  Object.entries(Resources).filter(([id, { Type }]) => Type === type && id.startsWith('Sending'))
const only = (template: Template, type: string): Resource['Properties'] => {
  const [[, found] = [], ...more] = of(template, type)
  if (found === undefined || more.length > 0) throw new Error(`there is not one ${type} of sending`)
  return found.Properties
}
const sender = (template: Template): Resource['Properties'] =>
  of(template, 'AWS::Lambda::Function').find(
    ([, { Properties: p }]) => p.FunctionName === 'redress-prod-sender',
  )?.[1].Properties

describe('A stage that sends mail', () => {
  let template: Template
  beforeAll(() => {
    template = synthesised({
      emailFrom: 'Example Care <care@example.org>',
      emailReplyTo: 'complaints@in.example.org',
    })
  }, 240_000)

  it('sends from one domain, by one configuration set, and may do no more', () => {
    const statements = of(template, 'AWS::IAM::Policy').flatMap(
      ([, { Properties: p }]) => p.PolicyDocument.Statement as Resource['Properties'][],
    )
    const sends = statements.filter(({ Action }) => JSON.stringify(Action).includes('ses:'))
    expect(sends).toHaveLength(1)
    expect(sends[0].Action).toBe('ses:SendEmail')
    const written = JSON.stringify(sends[0].Resource)
    expect(written).toContain(':identity/example.org"')
    expect(written).toContain(':configuration-set/redress-prod"')
    expect(sends[0].Resource).toHaveLength(2)
    expect(sender(template).Environment.Variables).toMatchObject({
      MAIL_FROM: 'Example Care <care@example.org>',
      MAIL_REPLY_TO: 'complaints@in.example.org',
      MAIL_CONFIGURATION_SET: 'redress-prod',
    })
  })

  it('hears of what became of its own mails, and nobody else’s', () => {
    expect(only(template, 'AWS::SES::ConfigurationSet')).toMatchObject({
      Name: 'redress-prod',
      DeliveryOptions: { TlsPolicy: 'REQUIRE' },
    })
    expect(only(template, 'AWS::SES::ConfigurationSetEventDestination')).toMatchObject({
      ConfigurationSetName: 'redress-prod',
      EventDestination: { Enabled: true, MatchingEventTypes: ['DELIVERY', 'BOUNCE', 'COMPLAINT', 'REJECT'] },
    })
    expect(only(template, 'AWS::Events::Rule').EventPattern).toEqual({
      source: ['aws.ses'],
      'detail-type': ['Email Delivered', 'Email Bounced', 'Email Complaint Received', 'Email Rejected'],
      detail: { mail: { tags: { 'ses:configuration-set': ['redress-prod'] } } },
    })
  })

  it.each(RULES.filter(({ holds }) => !holds.startsWith('the outputs')))('holds that $holds', ({ check }) => {
    expect(check(template, 'prod')).toEqual([])
  })
})

describe('A stage that sends no mail', () => {
  it('has nothing of SES, and sends by the other platforms all the same', () => {
    const template = synthesised({})
    expect(Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::SES'))).toEqual([])
    expect(JSON.stringify(template)).not.toContain('ses:SendEmail')
    expect(
      Object.keys(sender(template).Environment.Variables).filter((name) => name.startsWith('MAIL')),
    ).toEqual([])
    expect(template.Outputs).toHaveProperty('SendersSecretArn')
  }, 240_000)
})
