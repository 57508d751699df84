import { Stack, Validations } from 'aws-cdk-lib'
import type { Construct } from 'constructs'

/** Accepts one cdk-nag finding on one construct. The reason is for whoever reviews it next. */
export function acknowledge(construct: Construct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason })
}

/**
 * Accepts that the policies below `construct` name a resource with a `*` in it: this one, and no other.
 * @param resource the ARN as it was given to the statement.
 */
export function acknowledgeResource(construct: Construct, resource: string, reason: string): void {
  const written = flatten(Stack.of(construct).resolve(resource))
  acknowledge(construct, `AwsSolutions-IAM5[Resource::${written}]`, reason)
}

/** The way cdk-nag writes an ARN with references in it: `<LogicalId.Arn>/metrics/*`. */
function flatten(resolved: unknown): string {
  if (typeof resolved !== 'object' || resolved === null) return String(resolved)
  const [intrinsic, argument] = Object.entries(resolved)[0] ?? []
  if (intrinsic === 'Fn::Join') return argument[1].map(flatten).join(argument[0])
  if (intrinsic === 'Fn::GetAtt') return `<${argument.join('.')}>`
  return `<${argument}>` // Ref
}
