// Server-side apply in small: objects as leaves, each with the managers that own it.
import { isDeepStrictEqual } from 'node:util'
import { type Leaf, Refused, type Segment, type Stored } from './kubectl-state.ts'

/** Lists whose items are told apart by a key; all others are one value. */
const keyOf = (field: Segment | undefined, items: readonly unknown[]): string | null => {
  const by = field === 'volumeMounts' ? 'mountPath' : 'name'
  const has = (item: unknown): boolean =>
    typeof item === 'object' &&
    item !== null &&
    typeof (item as Record<string, unknown>)[by] === 'string'
  return items.length > 0 && items.every(has) ? by : null
}

function leavesOf(value: unknown, path: Segment[] = []): Leaf[] {
  const leaf: Leaf[] = [{ path, value, owners: [] }]
  if (Array.isArray(value)) {
    const by = keyOf(path.at(-1), value)
    if (by === null) return leaf
    return value.flatMap((item: Record<string, unknown>) =>
      leavesOf(item, [...path, { by, is: String(item[by]) }]),
    )
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return leaf
  return Object.entries(value).flatMap(([field, inner]) => leavesOf(inner, [...path, field]))
}

const pathText = (path: readonly Segment[]): string =>
  path.map((each) => (typeof each === 'string' ? `.${each}` : `[${each.by}="${each.is}"]`)).join('')

/** The object that the leaves are of. */
export function objectOf(leaves: Iterable<Leaf>): Record<string, unknown> {
  const top: Record<string, unknown> = {}
  for (const { path, value } of leaves) put(top, path, value)
  return top
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

type Place = Record<string, unknown> | Record<string, unknown>[]

function put(top: Record<string, unknown>, path: readonly Segment[], value: unknown): void {
  let place: Place = top
  for (const [i, segment] of path.entries()) {
    const isLast = i === path.length - 1
    const inner = typeof path[i + 1] === 'object' ? [] : {}
    if (typeof segment === 'string') {
      const at = place as Record<string, unknown>
      // An empty one says nothing about what others put into it.
      if (isLast) at[segment] = isEmpty(value) ? (at[segment] ?? value) : value
      else at[segment] ??= inner
      place = at[segment] as Place
    } else place = itemOf(place as Record<string, unknown>[], segment)
  }
}

function itemOf(list: Record<string, unknown>[], { by, is }: Exclude<Segment, string>) {
  const found = list.find((item) => item[by] === is)
  if (found) return found
  const made = { [by]: is }
  list.push(made)
  return made
}

/** The leaves once `manager` has applied the document. Throws Refused for what others own with another value. */
export function applied(
  before: Record<string, Leaf>,
  document: object,
  manager: string,
): Record<string, Leaf> {
  const wanted = new Map(leavesOf(document).map((leaf) => [pathText(leaf.path), leaf]))
  const conflicts = [...wanted].flatMap(([key, { value }]) => {
    const others = before[key]?.owners.filter((owner) => owner !== manager) ?? []
    const isOther = others.length > 0 && !isDeepStrictEqual(before[key]?.value, value)
    return isOther ? [`conflict with "${others.join('", "')}": ${key}`] : []
  })
  if (conflicts.length > 0) throw new Refused(conflictText(conflicts))
  const kept = Object.entries(before).flatMap(([key, leaf]): [string, Leaf][] => {
    const owners = leaf.owners.filter((owner) => owner !== manager)
    // What the manager had and has no more goes, unless it is another's too; what nobody owns is a default.
    const isGone = leaf.owners.includes(manager) && owners.length === 0
    return wanted.has(key) || isGone ? [] : [[key, { ...leaf, owners }]]
  })
  const mine = [...wanted].map(([key, leaf]): [string, Leaf] => {
    const owners = (before[key]?.owners ?? []).filter((owner) => owner !== manager)
    return [key, { ...leaf, owners: [...owners, manager] }]
  })
  return Object.fromEntries([...mine, ...kept])
}

const conflictText = (conflicts: string[]): string =>
  `error: Apply failed with ${conflicts.length} conflict: ${conflicts.join('\n')}
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

/** One field set by other means than apply: its owner from now on. */
export function setField(stored: Stored, path: Segment[], value: unknown, manager: string): void {
  stored.leaves[pathText(path)] = { path, value, owners: [manager] }
}
