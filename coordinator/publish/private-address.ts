// Addresses that a call on a user's word must not reach: our own machine, its networks, its cloud's metadata.
import { BlockList, isIPv4 } from 'node:net'

const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
// Inside the global range, but documentation or a wrapping of other addresses (Teredo, 6to4).
const SPECIAL_IPV6 = ['2001::/32', '2001:db8::/32', '2002::/16']

const special = new BlockList()
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')
for (const range of SPECIAL_IPV4) addRange(range, 'ipv4')
for (const range of SPECIAL_IPV6) addRange(range, 'ipv6')

/** True unless `address` (IPv4 or IPv6 text) is a global unicast address. Source: IANA's special-purpose registries. */
export function isPrivateAddress(address: string): boolean {
  if (isIPv4(address)) return special.check(address, 'ipv4')
  return !globalIpv6.check(address, 'ipv6') || special.check(address, 'ipv6')
}

function addRange(range: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', bits] = range.split('/')
  special.addSubnet(network, Number(bits), family)
}
