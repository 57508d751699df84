import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMPLAINT_COLUMNS } from '../../functions/export/rows.ts'
import { LANES } from '../../functions/webhooks/delivery.ts'
import type { Stage } from '../../infra/config.ts'
import { RULES } from './rules.ts'
import { type Resource, synth, type Template, temporaryDirectory } from './synth.ts'

const of = ({ Resources }: Template, type: string): Resource['Properties'][] =>
  Object.values(Resources)
    .filter(({ Type }) => Type === type)
    .map(({ Properties }) => Properties)

const broken = (template: Template, stage: Stage = 'prod'): string[] =>
  RULES.flatMap(({ holds, check }) => check(template, stage).map((fault) => `${holds}: ${fault}`))

describe('A stage that streams its metrics', () => {
  it('sends those of Redress alone to the export bucket, encrypted, within every rule', () => {
    const template = synth('prod', temporaryDirectory(), { said: { metricStream: 'true' } })
    const [bucket] = Object.entries(template.Resources).find(([, r]) => r.Type === 'AWS::S3::Bucket') ?? []
    expect(of(template, 'AWS::CloudWatch::MetricStream')).toMatchObject([
      { IncludeFilters: [{ Namespace: 'Redress' }], OutputFormat: 'json' },
    ])
    expect(of(template, 'AWS::KinesisFirehose::DeliveryStream')).toMatchObject([
      {
        DeliveryStreamEncryptionConfigurationInput: { KeyType: 'AWS_OWNED_CMK' },
        ExtendedS3DestinationConfiguration: {
          BucketARN: { 'Fn::GetAtt': [bucket, 'Arn'] },
          Prefix: 'metric-stream/date=!{timestamp:yyyy-MM-dd}/',
        },
      },
    ])
    expect(broken(template)).toEqual([])
  })

  it('is one by choice: another has no stream to pay for', () => {
    const template = synth('prod', temporaryDirectory())
    expect(of(template, 'AWS::CloudWatch::MetricStream')).toEqual([])
    expect(of(template, 'AWS::KinesisFirehose::DeliveryStream')).toEqual([])
  })
})

describe('A stage whose export Athena reads', () => {
  it('has a table for each kind of file, with its columns, and queries of those tables', () => {
    const template = synth('dev', temporaryDirectory(), { said: { athena: 'true' } })
    const tables = of(template, 'AWS::Glue::Table').map(({ TableInput }) => TableInput)
    expect(tables.map(({ Name }) => Name).sort()).toEqual(['complaints', 'metrics', 'redress'])
    const complaints = tables.find(({ Name }) => Name === 'complaints')
    const columns: string[] = complaints.StorageDescriptor.Columns.map(
      ({ Name }: Resource['Properties']) => Name,
    )
    expect(columns).toEqual(Object.keys(COMPLAINT_COLUMNS))
    expect(complaints.Parameters['projection.enabled']).toBe('true')
    const queries: string[] = of(template, 'AWS::Athena::NamedQuery').map(({ QueryString }) => QueryString)
    expect(queries).toHaveLength(5)
    for (const query of queries)
      for (const [, table = ''] of query.matchAll(/FROM (\w+)/g))
        expect(['complaints', 'metrics', 'redress', 'now']).toContain(table)
    expect(of(template, 'AWS::Athena::WorkGroup')).toMatchObject([
      { WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true } },
    ])
    expect(broken(template, 'dev')).toEqual([])
  })
})

describe('A stage that tells other systems of events', () => {
  let outdir: string
  let template: Template
  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
    template = synth('prod', outdir, { said: { events: 'true' } })
  })
  afterAll(() => rmSync(outdir, { recursive: true }))
  const idOf = (pattern: RegExp): string =>
    Object.keys(template.Resources).find(
      (id) => pattern.test(id) && template.Resources[id]?.Type === 'AWS::SQS::Queue',
    ) ?? ''
  const readerOf = (queue: string): Resource['Properties'] =>
    of(template, 'AWS::Lambda::EventSourceMapping').find(
      ({ EventSourceArn }) => EventSourceArn['Fn::GetAtt']?.[0] === queue,
    )

  it('has a bus of its own, to which the function that publishes may put events and nobody else', () => {
    expect(of(template, 'AWS::Events::EventBus')).toMatchObject([{ Name: 'redress-prod' }])
    const putters = of(template, 'AWS::IAM::Policy').filter(({ PolicyDocument }) =>
      JSON.stringify(PolicyDocument).includes('events:PutEvents'),
    )
    expect(putters).toHaveLength(1)
    expect(of(template, 'AWS::Events::EventBusPolicy')).toEqual([])
  })

  it('hands over webhooks one by one, from a queue that has a group for each lane of each endpoint', () => {
    const queue = idOf(/^EventQueuesDeliveries/)
    expect(template.Resources[queue]?.Properties).toMatchObject({ FifoQueue: true })
    const { BatchSize, ScalingConfig } = readerOf(queue)
    expect(BatchSize).toBe(1)
    // Several endpoints that are slow at once leave room for others.
    expect(ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(5 * LANES)
  })

  it('publishes no more events at once than the bus takes in one call', () => {
    expect(readerOf(idOf(/^EventQueuesEvents(?!DeadLetter)/)).BatchSize).toBeLessThanOrEqual(10)
  })

  it('keeps within every rule', () => {
    expect(broken(template)).toEqual([])
  })

  it('is one by choice: another has no bus, no queue of events and no secret of endpoints to pay for', () => {
    const other = synth('prod', temporaryDirectory())
    expect(of(other, 'AWS::Events::EventBus')).toEqual([])
    expect(Object.keys(other.Resources).filter((id) => /^Event(s|Queues)/.test(id))).toEqual([])
    const relay = of(other, 'AWS::Lambda::Function').find(
      ({ FunctionName }) => FunctionName === 'redress-prod-relay',
    )
    expect(relay.Environment.Variables.EVENTS_QUEUE_URL).toBeUndefined()
  })
})
