// An entry of the list of hosts that databases of users may be on, as an operator writes it.

import { BlockList, isIP } from 'node:net'

/** `range` is of `family`; a name is in lower case. A port that is null is any. */
export type HostEntry = { place: HostPlace; port: number | null }
export type HostPlace =
  | { kind: 'public' }
  | { kind: 'range'; range: BlockList }
  | { kind: 'name'; name: string }

const HOST_NAME = /^(?!.*\.\.)[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?$/i
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/

/** Letters, digits, dashes, underscores and dots, as resolvers take them. */
export const isHostName = (text: string): boolean => HOST_NAME.test(text)

export const familyOf = (address: string): 'ipv4' | 'ipv6' =>
  isIP(address) === 4 ? 'ipv4' : 'ipv6'

/** `public`, a host name, an address or a CIDR range, each with or without `:port` (IPv6 then in brackets); else null. */
export function parseHostEntry(entry: string): HostEntry | null {
  const [, inBrackets, plain, portText] = WITH_PORT.exec(entry) ?? []
  const place = parsePlace(inBrackets ?? plain ?? entry.replace(/^\[(.*)\]$/, '$1'))
  if (place === null || portText === undefined) return place && { place, port: null }
  const port = Number(portText)
  return port < 1 || port > 65_535 ? null : { place, port }
}

function parsePlace(place: string): HostPlace | null {
  if (place === 'public') return { kind: 'public' }
  const range = parseRange(place)
  if (range !== null) return { kind: 'range', range }
  return isHostName(place) && !/^[\d.]+$/.test(place)
    ? { kind: 'name', name: place.toLowerCase() }
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
