import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda'
import type { Stage } from './stage.ts'

/** What a function of the stage is told, by the name of the variable: no list of names to be kept beside it. */
export type Told = (functionName: string, variable: string) => Promise<string>

class NotTold extends Error {}

/**
 * For command lines that need to know where something of the stage is.
 *
 * @throws Error for a table that is not of a stage; later, for a function or a variable that the stage does not have.
 */
export function toldTo({ table }: Pick<Stage, 'table'>): Told {
  const stack = /^(redress-[a-z]+)-/.exec(table)?.[1]
  if (stack === undefined)
    throw new Error(`${table} is not called like a table of Redress: redress-<stage>-…`)
  const lambda = new LambdaClient({})
  return async (name, variable) => {
    const FunctionName = `${stack}-${name}`
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
    const value = Environment?.Variables?.[variable]
    if (value === undefined) throw new NotTold(`The function ${FunctionName} has no ${variable}`)
    return value
  }
}

/**
 * The same for what only a stage with events has.
 *
 * @throws Error that says how to get one.
 */
export function toldToEvents(stage: Pick<Stage, 'table'>): Told {
  const told = toldTo(stage)
  return async (name, variable) => {
    try {
      return await told(name, variable)
    } catch (error) {
      const isThere = !(error instanceof Error && error.name === 'ResourceNotFoundException')
      if (isThere && !(error instanceof NotTold)) throw error
      throw new Error('This stage tells no other systems of events: deploy it with -c events=true')
    }
  }
}
