import { describe, expect, it } from 'vitest'
import { COMPLAINT_COLUMNS } from '../../functions/export/rows.ts'
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
