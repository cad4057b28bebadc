// Which hosts a user's database may be on: public addresses, and what else the operator names.

import { isPrivateAddress } from '#coordinator/publish/private-address.ts'
import { familyOf, type HostEntry } from '#settings/host-entry.ts'

/** One entry of the list: whether it allows `address`, to which `host` was resolved, at `port`. */
export type HostRule = (target: Target) => boolean

/** `host` as the user wrote it; `address`: IPv4 or IPv6 text. */
type Target = { host: string; address: string; port: number }

export function hostRuleOf({ place, port }: HostEntry): HostRule {
  const allows = placeRule(place)
  return (target) => (port === null || target.port === port) && allows(target)
}

function placeRule(place: HostEntry['place']): HostRule {
  switch (place.kind) {
    case 'public':
      return ({ address }) => !isPrivateAddress(address)
    case 'range':
      return ({ address }) => place.range.check(address, familyOf(address))
    case 'name':
      return ({ host }) => host.toLowerCase() === place.name
  }
}
