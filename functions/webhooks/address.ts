import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/*
 * Which addresses may be called: those of the public internet. Whoever names an endpoint must not get at what only this
 * function can reach: its own machine, a private network, the cloud's metadata service.
 */

/**
 * What of the IPv4 space is not the public internet (IANA's registry of special-purpose addresses, multicast, and what is
 * reserved).
 */
const NOT_PUBLIC_V4 = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carriers' own
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local: metadata services
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.31.196.0', 24], // AS112
  ['192.52.193.0', 24], // AMT
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['192.175.48.0', 24], // AS112
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
] as const)
  NOT_PUBLIC_V4.addSubnet(net, prefix)

/** Only this block is given out to the public internet so far, but for the exceptions below. */
const GLOBAL_V6 = new BlockList()
GLOBAL_V6.addSubnet('2000::', 3, 'ipv6')
const NOT_PUBLIC_V6 = new BlockList()
for (const [net, prefix] of [
  ['2001::', 23], // protocol assignments; Teredo, which hides an IPv4 address
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which hides an IPv4 address
  ['2620:4f:8000::', 48], // AS112
  ['3fff::', 20], // documentation
] as const)
  NOT_PUBLIC_V6.addSubnet(net, prefix, 'ipv6')

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an IP address, as text, may be called. An IPv4 address in IPv6's clothes may not: no name needs one. */
export function isCallable(address: string, loopback: boolean): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const type = family === 4 ? 'ipv4' : 'ipv6'
  if (loopback && LOOPBACK.check(address, type)) return true
  return family === 4
    ? !NOT_PUBLIC_V4.check(address)
    : GLOBAL_V6.check(address, type) && !NOT_PUBLIC_V6.check(address, type)
}

/** The host of an address as a program that connects wants it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1')

const MOST_CHARACTERS = 2000

/**
 * The address of an endpoint, checked as far as that is possible without asking anybody.
 *
 * @param loopback true where the machine itself may be called, without TLS: on a local stage.
 * @throws Error that says what is wrong with it. It does not repeat the address, which may hold a secret.
 */
export function endpointUrl(text: string, loopback: boolean): URL {
  if (text.length > MOST_CHARACTERS || !URL.canParse(text))
    throw new Error('This is no address: give one like https://example.com/redress')
  const url = new URL(text)
  const host = hostOf(url)
  const here = loopback && (host === 'localhost' || (isIP(host) !== 0 && isLoopback(host)))
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && here))
    throw new Error(
      `An endpoint is called by https${loopback ? '; by http on this machine alone (127.0.0.1)' : ''}`,
    )
  if (url.username !== '' || url.password !== '')
    throw new Error(
      'An address with a user and a password in it is not called: every event is signed instead',
    )
  if (url.hash !== '') throw new Error('An address with a # in it is not called: leave that part out')
  if (isIP(host) !== 0 && !isCallable(host, loopback))
    throw new Error('This address is not one of the public internet')
  return url
}

const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')

/** The name leads to an address that must not be called. */
export class NotCallable extends Error {
  readonly code = 'NOT_CALLABLE'

  constructor() {
    super('The name leads to an address that is not one of the public internet')
    this.name = 'NotCallable'
  }
}

/**
 * Looks a name up as a connection is made, and refuses unless each of its addresses may be called. The connection goes to the
 * very address that was checked: asked again, a name may lead elsewhere.
 */
export const guardedLookup =
  (loopback: boolean, lookup: typeof systemLookup = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '')
      if (addresses.length === 0 || !addresses.every(({ address }) => isCallable(address, loopback)))
        return callback(new NotCallable(), '')
      if (options.all) return callback(null, addresses)
      const [{ address, family } = { address: '', family: 0 }] = addresses
      callback(null, address, family)
    })
  }
