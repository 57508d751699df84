/**
 * A telephone number as E.164 writes it; undefined for what is none. The tables of the world's numbers are large, and
 * loaded where a number comes.
 *
 * @param country where it is dialled, if it does not begin with +; two letters.
 */
export async function e164(number: string, country: string | undefined): Promise<string | undefined> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/min')
  const dialledIn = country !== undefined && isSupportedCountry(country) ? country : undefined
  const parsed = parsePhoneNumberFromString(number, dialledIn)
  return parsed?.isPossible() === true ? parsed.number : undefined
}
