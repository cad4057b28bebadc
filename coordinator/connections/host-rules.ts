// Which hosts a user's database may be on: public addresses, and what else the operator names.

import { BlockList, isIP } from 'node:net'
import { isPrivateAddress } from '#coordinator/publish/private-address.ts'

/** One entry of the list: whether it allows `address`, to which `host` was resolved, at `port`. */
export type HostRule = (target: Target) => boolean

/** `host` as the user wrote it; `address`: IPv4 or IPv6 text. */
type Target = { host: string; address: string; port: number }

const HOST_NAME = /^(?!.*\.\.)[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?$/i
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/

/** Letters, digits, dashes, underscores and dots, as resolvers take them. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text)

/** `public`, a host name, an address or a CIDR range, each with or without `:port` (IPv6 then in brackets); else null. */
export function parseHostRule(entry: string): HostRule | null {
  const [, inBrackets, plain, portText] = WITH_PORT.exec(entry) ?? []
  const allows = parsePlace(inBrackets ?? plain ?? entry.replace(/^\[(.*)\]$/, '$1'))
  if (allows === null || portText === undefined) return allows
  const port = Number(portText)
  if (port < 1 || port > 65_535) return null
  return (target) => target.port === port && allows(target)
}

function parsePlace(place: string): HostRule | null {
  if (place === 'public') return ({ address }) => !isPrivateAddress(address)
  const range = parseRange(place)
  if (range !== null) return ({ address }) => range.check(address, familyOf(address))
  const name = place.toLowerCase()
  return isHostName(name) && !/^[\d.]+$/.test(name)
    ? ({ host }) => host.toLowerCase() === name
    : null
}

function parseRange(place: string): BlockList | null {
  const [network = '', bitsText] = place.split('/')
  const family = isIP(network)
  const bitsMax = family === 4 ? 32 : 128
  const bits = bitsText === undefined ? bitsMax : Number(bitsText)
  const isPrefix = bitsText === undefined || /^\d{1,3}$/.test(bitsText)
  if (family === 0 || !isPrefix || bits > bitsMax) return null
  const range = new BlockList()
  range.addSubnet(network, bits, familyOf(network))
  return range
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')
