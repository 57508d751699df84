/** Money is integer minor units plus an ISO 4217 code; people write and read major units. */

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** Whether there is such a currency, by its upper-case ISO 4217 code. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code)

const digitsOf = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 0

/**
 * What somebody typed, `12`, `12.50` or `1,234.50`, in minor units; exact, as no floating point is involved.
 * Undefined for what is not an amount of this currency (too many decimals, a decimal comma, a sign, zero, or more
 * than twelve digits before the point).
 */
export function toMinorUnits(typed: string, currency: string): number | undefined {
  const [, whole, fraction = ''] = /^(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d+))?$/.exec(typed.trim()) ?? []
  const digits = digitsOf(currency)
  if (whole === undefined || fraction.length > digits) return undefined
  const minor = Number(whole.replaceAll(',', '') + fraction.padEnd(digits, '0'))
  return minor > 0 && Number.isSafeInteger(minor) ? minor : undefined
}

/** An amount as people read it, `£12.50`; one in an unknown currency as it is stored. */
export function formatMoney(amount: number, currency: string): string {
  if (!isCurrency(currency) || !Number.isSafeInteger(amount)) return `${amount} ${currency}`
  const digits = digitsOf(currency)
  const minor = String(Math.abs(amount)).padStart(digits + 1, '0')
  const major = `${amount < 0 ? '-' : ''}${minor.slice(0, minor.length - digits)}.${minor.slice(minor.length - digits) || '0'}`
  return new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(major as `${number}`)
}
