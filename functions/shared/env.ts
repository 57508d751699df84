/**
 * A setting of this function, read when first needed at start-up so that a missing one fails at once and by its name.
 *
 * @throws Error naming the setting when it is not set.
 */
export function env(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`The environment variable ${name} is not set`)
  return value
}
