import { describe, expect, it } from 'vitest'
import { readConfig } from '../../infra/config.ts'
import { SOURCE_NAMES } from '../../infra/sources.ts'
import { SAID } from './synth.ts'

const read = (context: Record<string, string>, env: Record<string, string> = {}) =>
  readConfig({ context: (key) => context[key], env })

describe('The config of a stage', () => {
  it('asks which stage it is for, and takes none for granted', () => {
    expect(() => read({})).toThrow('say which stage: cdk … -c stage=<stage>, one of local, dev, prod')
    expect(() => read({ stage: 'production' })).toThrow('one of local, dev, prod')
  })

  it('has time travel in the local stage only', () => {
    expect(read(SAID.local.context, SAID.local.env).clockModule).toBe('infra/local/clock.ts')
    expect(read(SAID.dev.context).clockModule).toBeUndefined()
    expect(read(SAID.prod.context).clockModule).toBeUndefined()
  })

  it('has the local stage say where its Slack is, and no other', () => {
    expect(() => read({ stage: 'local' })).toThrow('set REDRESS_SLACK_API_URL')
    expect(() => read({ stage: 'local' }, { REDRESS_SLACK_API_URL: 'localhost' })).toThrow('is not a URL')
    expect(() => read({ stage: 'dev' }, SAID.local.env)).toThrow('unset it to deploy dev')
  })

  it('has the local stage say where its platforms are, and no other', () => {
    const { REDRESS_PLATFORMS_URL: platforms = '', ...slack } = SAID.local.env
    expect(() => read({ stage: 'local' }, slack)).toThrow('set REDRESS_PLATFORMS_URL')
    expect(() => read({ stage: 'prod' }, { REDRESS_PLATFORMS_URL: platforms })).toThrow(
      'REDRESS_PLATFORMS_URL is for the local stage only: unset it to deploy prod',
    )
    expect(read(SAID.local.context, SAID.local.env).platformsUrl).toBe(platforms)
    expect(read(SAID.prod.context)).not.toHaveProperty('platformsUrl')
  })

  it('sends mail where whoever deploys says who it is from', () => {
    expect(read(SAID.prod.context)).not.toHaveProperty('outgoingMail')
    const mail = (context: Record<string, string>) => read({ ...SAID.prod.context, ...context }).outgoingMail
    expect(mail({ emailFrom: 'care@mail.example.org' })).toEqual({
      from: 'care@mail.example.org',
      domain: 'mail.example.org',
    })
    const emailFrom = 'Example Care <care@example.org>'
    expect(mail({ emailFrom, emailReplyTo: 'complaints@in.example.org' })).toEqual({
      from: emailFrom,
      domain: 'example.org',
      replyTo: 'complaints@in.example.org',
    })
    expect(() => mail({ emailFrom: 'care' })).toThrow('emailFrom is not an address')
    expect(() => mail({ emailFrom, emailReplyTo: 'x\r\nBcc: a@b.example' })).toThrow(
      'emailReplyTo is not an address',
    )
    expect(() => mail({ emailReplyTo: 'a@b.example' })).toThrow('say -c emailFrom=care@example.org too')
  })

  it('has prod alarm somebody, in one way', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:oncall'
    expect(() => read({ stage: 'prod' })).toThrow('prod needs somebody to alarm')
    expect(read({ stage: 'prod', sources: 'web', alarmTopicArn }).alarmTopicArn).toBe(alarmTopicArn)
    expect(() => read({ ...SAID.prod.context, alarmTopicArn })).toThrow('not both')
    expect(() => read({ stage: 'prod', alarmTopicArn: 'oncall' })).toThrow('not the ARN of an SNS topic')
    expect(() => read({ stage: 'prod', alarmEmail: 'oncall' })).toThrow('not an e-mail address')
  })

  it('has the sources that whoever deploys says: every secret costs money', () => {
    const sources = (stage: 'local' | 'dev' | 'prod', said?: string) =>
      read({ ...SAID[stage].context, ...(said === undefined ? {} : { sources: said }) }, SAID[stage].env)
        .sources
    expect(sources('local')).toEqual(SOURCE_NAMES)
    expect(sources('dev')).toEqual(['web'])
    expect(sources('prod', 'x, web')).toEqual(['web', 'x'])
    expect(sources('dev', 'all')).toEqual(SOURCE_NAMES)
    expect(() => sources('dev', 'web,fax')).toThrow('there is no source fax; sources: web, x')
  })

  it('never takes for granted which sources prod has: those left out would lose their secrets', () => {
    const { sources: _, ...context } = SAID.prod.context
    expect(() => read(context)).toThrow('say where complaints come from: -c sources=web,x')
    expect(() => read({ ...context, sources: ' , ' })).toThrow('say where complaints come from')
  })

  it('may say the address that platforms were told', () => {
    const publicUrl = 'https://complaints.example.org/redress'
    expect(read({ stage: 'dev', publicUrl }).publicUrl).toBe(publicUrl)
    for (const wrong of ['complaints.example.org', `${publicUrl}/`, `${publicUrl}?a`, 'https://'])
      expect(() => read({ stage: 'dev', publicUrl: wrong })).toThrow('publicUrl is not an address')
  })

  it('tells other systems of events on the local stage, and elsewhere where it is asked for', () => {
    expect(read(SAID.local.context, SAID.local.env).events).toBe(true)
    expect(read({ ...SAID.local.context, events: 'false' }, SAID.local.env).events).toBe(false)
    expect(read(SAID.prod.context).events).toBe(false)
    expect(read({ ...SAID.prod.context, events: 'true' }).events).toBe(true)
    expect(() => read({ ...SAID.prod.context, events: 'yes' })).toThrow('events is true or false')
  })

  it('has the options that cost more only where they are asked for', () => {
    expect(read({ stage: 'dev' })).toMatchObject({ metricStream: false, athena: false })
    expect(read({ stage: 'dev', metricStream: 'true' }).metricStream).toBe(true)
    expect(() => read({ stage: 'dev', athena: 'yes' })).toThrow('athena is true or false')
  })

  it('is traced where whoever deploys asks for it, and nowhere else', () => {
    expect(read({ stage: 'dev' }).tracing).toBe(false)
    expect(read({ ...SAID.prod.context, tracing: 'true' }).tracing).toBe(true)
    expect(() => read({ stage: 'dev', tracing: 'yes' })).toThrow('tracing is true or false')
  })

  it('may take mail to a domain, in a rule set of its own or in one that exists', () => {
    const emailDomain = 'complaints.example.org'
    expect(read(SAID.prod.context).mail).toBeUndefined()
    expect(read({ ...SAID.prod.context, emailDomain }).mail).toEqual({ domain: emailDomain })
    expect(read({ stage: 'dev', emailDomain, emailRuleSet: 'inbound' }).mail).toEqual({
      domain: emailDomain,
      ruleSet: 'inbound',
    })
    for (const wrong of ['complaints', 'desk@example.org', 'Example.org', 'example.org.', '-a.org', 'a..org'])
      expect(() => read({ stage: 'dev', emailDomain: wrong })).toThrow('emailDomain is not a domain')
    expect(() => read({ stage: 'dev', emailRuleSet: 'inbound' })).toThrow('say -c emailDomain')
    expect(() => read({ stage: 'dev', emailDomain, emailRuleSet: 'a/b' })).toThrow('emailRuleSet is not')
    expect(() => read({ ...SAID.local.context, emailDomain }, SAID.local.env)).toThrow('receives no mail')
  })

  it('names every mistake at once', () => {
    expect(() => read({ stage: 'dev', alarmEmail: 'a', alarmTopicArn: 'b' })).toThrow(
      /e-mail[\s\S]*SNS topic/,
    )
  })

  it('keeps what prod has, whatever happens to its stack', () => {
    const { deletionProtection, removalPolicy } = read(SAID.prod.context)
    expect({ deletionProtection, removalPolicy }).toEqual({
      deletionProtection: true,
      removalPolicy: 'retain',
    })
  })
})
