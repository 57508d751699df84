import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Call } from '../../infra/local/calls.ts'
import { OPEN_ENDED } from '../e2e/support/exceptions.ts'
import {
  type Deployed,
  examine,
  grantsOf,
  matches,
  merge,
  needsOfCall,
  superfluous,
  type Template,
  tooWide,
} from '../support/permissions.ts'
import { SAID, synth } from './synth.ts'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:redress-local-complaint'

/** The template as if deployed: each resource by its logical id, but for what names itself. */
const deployedAs = (template: Template): Deployed => {
  const ids = Object.entries(template.Resources).map(([id, { Type, Properties }]) => {
    const { FunctionName } = (Properties ?? {}) as { FunctionName?: string }
    return [id, Type === 'AWS::StepFunctions::StateMachine' ? MACHINE : (FunctionName ?? id)]
  })
  const tables = Object.keys(template.Resources).filter((id) => /^LedgerTable/.test(id))
  return {
    region: 'us-east-1',
    account: '000000000000',
    ids: Object.fromEntries(ids),
    streams: Object.fromEntries(
      tables.map((id) => [id, `arn:aws:dynamodb:us-east-1:000000000000:table/${id}/stream/1`]),
    ),
  }
}

let outdir: string
let template: Template
let deployed: Deployed
let TableName: string
beforeAll(() => {
  outdir = mkdtempSync(join(tmpdir(), 'redress-infra-'))
  template = synth('local', outdir)
  deployed = deployedAs(template)
  TableName = Object.keys(deployed.streams)[0] ?? ''
}, 60_000)
afterAll(() => rmSync(outdir, { recursive: true }))

const call = (by: string, name: string, more: Partial<Call> = {}): Call => ({
  at: 0,
  by: by === 'states' ? by : `redress-local-${by}`,
  call: name,
  status: 200,
  ...more,
})

/** The policy of a function's role, in a copy of the template. */
function edited(
  role: string,
  edit: (statements: { Action: string | string[]; Resource: unknown }[]) => void,
): Template {
  const copy = structuredClone(template)
  const [, policy] =
    Object.entries(copy.Resources).find(
      ([, { Type, Properties }]) =>
        Type === 'AWS::IAM::Policy' &&
        JSON.stringify((Properties as { Roles: unknown }).Roles).includes(role),
    ) ?? []
  if (policy === undefined) throw new Error(`there is no policy of ${role}`)
  edit((policy.Properties as { PolicyDocument: { Statement: never[] } }).PolicyDocument.Statement)
  return copy
}

describe('What IAM asks for a call', () => {
  const asked = (made: Call) => needsOfCall(made, deployed, MACHINE)
  const table = 'arn:aws:dynamodb:us-east-1:000000000000:table/t'

  it.each([
    [
      'the actions of its parts, for a transaction',
      call('desk', 'dynamodb:TransactWriteItems', {
        parts: [
          ['Put', 't'],
          ['ConditionCheck', 't'],
        ],
      }),
      [
        { action: 'dynamodb:PutItem', resource: table },
        { action: 'dynamodb:ConditionCheckItem', resource: table },
      ],
    ],
    [
      'its own action on each table, for a batch',
      call('desk', 'dynamodb:BatchGetItem', { parts: [['BatchGetItem', 't']] }),
      [{ action: 'dynamodb:BatchGetItem', resource: table }],
    ],
    [
      'the index, for a query of one',
      call('clock', 'dynamodb:Query', { TableName: 't', IndexName: 'due' }),
      [{ action: 'dynamodb:Query', resource: `${table}/index/due` }],
    ],
    [
      'the action of one message, for a batch of them',
      call('clock', 'sqs:SendMessageBatch', { QueueUrl: 'http://127.0.0.1:1/000000000000/due' }),
      [{ action: 'sqs:SendMessage', resource: 'arn:aws:sqs:us-east-1:000000000000:due' }],
    ],
    [
      'the state machine, for a task token',
      call('driver', 'states:SendTaskSuccess'),
      [{ action: 'states:SendTaskSuccess', resource: MACHINE }],
    ],
    [
      'the object, for writing one',
      call('export', 's3:PutObject', { bucket: 'b', key: 'metrics/a' }),
      [{ action: 's3:PutObject', resource: 'arn:aws:s3:::b/metrics/a' }],
    ],
    [
      'the bus, for events put on one',
      call('events', 'events:PutEvents', { EventBusName: 'redress-local', events: 3 }),
      [
        {
          action: 'events:PutEvents',
          resource: 'arn:aws:events:us-east-1:000000000000:event-bus/redress-local',
        },
      ],
    ],
    [
      'the function, for running one',
      call('states', 'lambda:InvokeFunction', { FunctionName: 'f' }),
      [{ action: 'lambda:InvokeFunction', resource: 'arn:aws:lambda:us-east-1:000000000000:function:f' }],
    ],
  ] as const)('is %s', (_, made, wanted) => {
    expect(asked(made)).toEqual(wanted)
  })

  it('is not guessed at', () => {
    expect(asked(call('desk', 'iam:CreateUser'))).toBeUndefined()
    expect(examine(template, deployed, [call('desk', 'iam:CreateUser')]).denied).toEqual([
      expect.stringContaining('does not know what IAM asks'),
    ])
  })
})

describe('The proof of least privilege', () => {
  const reads = () => call('desk', 'dynamodb:GetItem', { TableName })

  it('finds every resource that a policy names', () => {
    expect(grantsOf(template, deployed).filter(({ resource }) => resource.includes('unknown:'))).toEqual([])
  })

  it('finds that AWS may do for each function what the template asks of it', () => {
    expect(examine(template, deployed, []).denied).toEqual([])
  })

  it('is content with a call that is allowed', () => {
    const { denied, rows } = examine(template, deployed, [reads(), reads()])
    expect(denied).toEqual([])
    const used = rows.filter(({ by }) => by === 'the function')
    expect(used).toMatchObject([{ role: 'desk', action: 'dynamodb:GetItem', times: 2 }])
  })

  it('fails for a call that the role does not allow: another action, another resource, another role', () => {
    const another = (made: Call) => examine(template, deployed, [made]).denied
    expect(another(call('desk', 'dynamodb:DeleteItem', { TableName }))).toHaveLength(1)
    expect(another(call('desk', 'dynamodb:GetItem', { TableName: 'other' }))).toHaveLength(1)
    expect(another(call('relay', 'dynamodb:GetItem', { TableName }))).toHaveLength(1)
  })

  it('fails when a statement is taken away, also one that only AWS needs', () => {
    const without = edited('EdgeDeskRole', (statements) => {
      for (const statement of statements)
        if (Array.isArray(statement.Action))
          statement.Action = statement.Action.filter((action) => action !== 'dynamodb:GetItem')
    })
    expect(examine(without, deployed, [reads()]).denied).toEqual([
      expect.stringMatching(/^desk needs dynamodb:GetItem/),
    ])
    const deaf = edited('StreamsDriverRole', (statements) => {
      const reading = statements.findIndex(({ Action }) => Action.includes('dynamodb:GetRecords'))
      statements.splice(reading, 1)
    })
    expect(examine(deaf, deployed, []).denied).toEqual([
      expect.stringMatching(/^AWS, for driver, needs dynamodb:DescribeStream/),
      expect.stringMatching(/^AWS, for driver, needs dynamodb:GetRecords/),
      expect.stringMatching(/^AWS, for driver, needs dynamodb:GetShardIterator/),
    ])
  })

  it('fails for a grant that nobody needs, until there is an exception; and for an exception that is none', () => {
    const report = examine(template, deployed, [reads()])
    const exceptions = report.rows
      .filter(({ by }) => by === 'nobody')
      .map(({ role, action, written }) => ({ role, action, on: written, reason: 'a test' }))
    expect(superfluous(report, exceptions)).toEqual([])

    const more = edited('EdgeDeskRole', (statements) => {
      statements.push({
        Action: 'dynamodb:DeleteItem',
        Resource: { 'Fn::GetAtt': [TableName, 'Arn'] },
        ...{ Effect: 'Allow' },
      })
    })
    expect(superfluous(examine(more, deployed, [reads()]), exceptions)).toEqual([
      `desk may dynamodb:DeleteItem on ${TableName}, and never does`,
    ])

    const stale = { role: 'desk', action: 'dynamodb:GetItem', reason: 'it is used' }
    expect(superfluous(report, [...exceptions, stale])).toEqual([
      'desk needs no exception for dynamodb:GetItem: it is used, or not granted',
    ])
  })

  it('fails for a resource that is wider than it must be', () => {
    expect(tooWide(grantsOf(template, deployed), OPEN_ENDED)).toEqual([])
    for (const Resource of [
      '*',
      'arn:aws:dynamodb:*:*:table/*',
      { 'Fn::Join': ['', [{ 'Fn::GetAtt': [TableName, 'Arn'] }, '/index/*']] },
    ]) {
      const wide = edited('EdgeDeskRole', (statements) => {
        for (const statement of statements)
          if (statement.Action.includes('dynamodb:GetItem')) statement.Resource = Resource
      })
      expect(tooWide(grantsOf(wide, deployed), OPEN_ENDED)).not.toEqual([])
    }
  })

  it('refuses to judge a statement that it cannot read', () => {
    const conditional = edited('EdgeDeskRole', ([statement]) => {
      Object.assign(statement ?? {}, { Condition: { StringEquals: {} } })
    })
    expect(() => grantsOf(conditional, deployed)).toThrow(/reads Allow, Action and Resource only/)
  })

  it('adds up what several deployments did', () => {
    const one = examine(template, deployed, [reads()])
    const { rows } = merge([examine(template, deployed, []), one, one])
    expect(rows).toHaveLength(one.rows.length)
    expect(rows.find(({ by }) => by === 'the function')).toMatchObject({
      action: 'dynamodb:GetItem',
      times: 2,
    })
  })

  it('holds for the stages that it is not made in: they allow no more, and no less but for sources that they leave out', () => {
    const grants = (stage: 'local' | 'dev' | 'prod') => {
      const directory = mkdtempSync(join(tmpdir(), 'redress-infra-'))
      try {
        // Mail as the local stage sends it, and all else that only the local stage has without being asked.
        const said = { emailFrom: SAID.local.context.emailFrom ?? '', events: 'true' }
        const other = stage === 'local' ? template : synth(stage, directory, { said })
        return grantsOf(other, deployedAs(other)).map(
          ({ role, action, written }) =>
            `${role} ${action} ${written.replaceAll(`redress-${stage}`, 'redress')}`,
        )
      } finally {
        rmSync(directory, { recursive: true })
      }
    }
    const here = grants('local')
    for (const stage of ['dev', 'prod'] as const) {
      const there = grants(stage)
      expect(there.filter((grant) => !here.includes(grant))).toEqual([])
      const left = here.filter((grant) => !there.includes(grant))
      expect(left.filter((grant) => !/^intake secretsmanager:GetSecretValue Secrets/.test(grant))).toEqual([])
    }
  })
})

describe('A pattern in a policy', () => {
  it.each([
    ['arn:aws:s3:::b/metrics/*', 'arn:aws:s3:::b/metrics/date=1/m.csv', true],
    ['arn:aws:s3:::b/metrics/*', 'arn:aws:s3:::b/complaints/a', false],
    ['arn:aws:s3:::b', 'arn:aws:s3:::bb', false],
    ['arn:aws:s3:::?', 'arn:aws:s3:::b', true],
    ['*', 'anything', true],
    ['a.c', 'abc', false],
  ])('%s against %s: %s', (pattern, value, wanted) => {
    expect(matches(pattern, value)).toBe(wanted)
  })
})
