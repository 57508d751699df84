import { Stack } from 'aws-cdk-lib'
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena'
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Columns, ColumnType } from '../../functions/export/dataset.ts'
import { COMPLAINT_COLUMNS, METRIC_COLUMNS, REDRESS_COLUMNS } from '../../functions/export/rows.ts'
import type { StageConfig } from '../config.ts'

export interface AthenaProps {
  readonly config: StageConfig
  readonly bucket: Bucket
}

const TABLES: Readonly<Record<string, Columns>> = {
  metrics: METRIC_COLUMNS,
  complaints: COMPLAINT_COLUMNS,
  redress: REDRESS_COLUMNS,
}

const TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  instant: 'timestamp',
}

/** Each complaint's newest line: the view of today that the other queries build on. */
const NEWEST = `SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY complaint ORDER BY date DESC) AS age FROM complaints
) WHERE age = 1`

/** Questions that finance asks, as it finds them in Athena. */
export const QUERIES: Readonly<Record<string, string>> = {
  'complaints as they stand': NEWEST,
  'cost by team and product': `WITH now AS (${NEWEST})
SELECT team, product, cost_currency, count(*) AS complaints,
  sum(handling_cost) AS handling, sum(breach_cost) AS breaches,
  sum(handling_cost + breach_cost) / count(*) AS per_complaint
FROM now GROUP BY team, product, cost_currency ORDER BY handling DESC`,
  'root causes by money': `WITH now AS (${NEWEST})
SELECT root_cause, cost_currency, count(*) AS complaints, sum(handling_cost + breach_cost) AS cost
FROM now GROUP BY root_cause, cost_currency ORDER BY cost DESC`,
  'promised and not paid': `SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY complaint, redress ORDER BY date DESC) AS age FROM redress
) WHERE age = 1 AND state = 'approved' ORDER BY proposed_at`,
  'repeat contact by channel': `WITH now AS (${NEWEST})
SELECT channel, count(*) AS complaints, avg(CASE WHEN contacts > 1 THEN 1.0 ELSE 0.0 END) AS repeat_contact
FROM now GROUP BY channel ORDER BY repeat_contact DESC`,
}

/** The export's Parquet files as tables, with a few named queries. A day is a partition that nobody has to add. */
export class Athena extends Construct {
  constructor(scope: Construct, id: string, { config, bucket }: AthenaProps) {
    super(scope, id)
    const { account } = Stack.of(this)
    const database = `redress_${config.stage}`
    const glue = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: { name: database, description: 'The finance export of Redress' },
    })
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: `redress-${config.stage}`,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: false,
        // A query that reads more than the export of years is a mistake that costs money.
        bytesScannedCutoffPerQuery: 10_000_000_000,
        resultConfiguration: {
          outputLocation: `s3://${bucket.bucketName}/athena-results/`,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
      recursiveDeleteOption: true,
    })
    for (const [name, columns] of Object.entries(TABLES)) {
      const location = `s3://${bucket.bucketName}/parquet/${name}`
      const table = new CfnTable(this, name, {
        catalogId: account,
        databaseName: database,
        tableInput: {
          name,
          tableType: 'EXTERNAL_TABLE',
          partitionKeys: [{ name: 'date', type: 'string' }],
          parameters: {
            classification: 'parquet',
            'projection.enabled': 'true',
            'projection.date.type': 'date',
            'projection.date.format': 'yyyy-MM-dd',
            'projection.date.range': '2026-01-01,NOW',
            'storage.location.template': `${location}/date=\${date}/`,
          },
          storageDescriptor: {
            location: `${location}/`,
            columns: Object.entries(columns).map(([column, type]) => ({ name: column, type: TYPES[type] })),
            inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
            outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
            serdeInfo: {
              serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
            },
          },
        },
      })
      table.addDependency(glue)
    }
    for (const [index, [name, queryString]] of Object.entries(QUERIES).entries()) {
      const query = new CfnNamedQuery(this, `Query${index}`, {
        name,
        database,
        queryString,
        workGroup: workGroup.name,
      })
      query.addDependency(workGroup)
      query.addDependency(glue)
    }
  }
}
