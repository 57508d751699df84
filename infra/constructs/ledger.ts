import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb'
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { StageConfig } from '../config.ts'
import { allow } from './function.ts'

export interface LedgerProps {
  readonly config: StageConfig
}

interface Index {
  readonly partition: string
  readonly sort: string
  /** What a reader needs beside the keys. Default: nothing, it fetches what it finds. */
  readonly with?: string[]
}

/** The sparse indexes: an item is in one only while it has both keys. */
const INDEXES = {
  /** Complaints by their next deadline, for the clock. */
  due: { partition: 'dueShard', sort: 'nextDueAt' },
  /** Complaints by when the auditor should look again. */
  audit: { partition: 'auditShard', sort: 'auditAt' },
  /** Every open complaint, with what the auditor counts and lists choose by: they read all of them, and fetch few or none. */
  open: {
    partition: 'openShard',
    sort: 'pk',
    with: ['team', 'unanswered', 'owner', 'stage', 'deadlineAt', 'promiseDueAt'],
  },
  /** A team's complaints. */
  team: { partition: 'team', sort: 'pk' },
  /** What changed on a day, an entry for each commit, for the nightly export. */
  day: { partition: 'dayShard', sort: 'pk' },
} satisfies Record<string, Index>
export type LedgerIndex = keyof typeof INDEXES

/** The actions on single items. `TransactWriteItems` needs those of its parts, and no name of its own. */
export type ItemAction =
  | 'GetItem'
  | 'BatchGetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'Query'

/**
 * The one table: complaints, their events, and what hangs on them. Of these nothing expires; `expiresAt` is for notes of
 * the machinery, such as what was asked for in Slack and is done.
 */
export class Ledger extends Construct {
  readonly table: Table
  /** The stream that every effect hangs on. */
  readonly streamArn: string

  constructor(scope: Construct, id: string, { config }: LedgerProps) {
    super(scope, id)
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED, // each use of the key is in CloudTrail, unlike with DynamoDB's own key
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      stream: StreamViewType.NEW_IMAGE,
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: config.deletionProtection,
      removalPolicy: config.removalPolicy,
    })
    for (const [indexName, { partition, sort, with: others }] of Object.entries<Index>(INDEXES)) {
      this.table.addGlobalSecondaryIndex({
        indexName,
        partitionKey: { name: partition, type: AttributeType.STRING },
        sortKey: { name: sort, type: AttributeType.STRING },
        ...(others === undefined
          ? { projectionType: ProjectionType.KEYS_ONLY }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: others }),
      })
    }
    if (this.table.tableStreamArn === undefined) throw new Error('the ledger needs its stream')
    this.streamArn = this.table.tableStreamArn
  }

  /** Allows these actions on the table's items. */
  allow(...actions: ItemAction[]): PolicyStatement {
    return allow(
      actions.map((action) => `dynamodb:${action}`),
      [this.table.tableArn],
    )
  }

  /** Allows querying these indexes. */
  allowQuery(...indexes: LedgerIndex[]): PolicyStatement {
    return allow(
      ['dynamodb:Query'],
      indexes.map((index) => `${this.table.tableArn}/index/${index}`),
    )
  }
}
