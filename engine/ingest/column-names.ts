// Names that a table can have: none empty, none twice, none longer than people read.

const NAME_MAX = 256

/** In the same order; what had to be changed is told. */
export function distinctNames(names: readonly string[]): { columns: string[]; warnings: string[] } {
  const taken = new Set<string>()
  let [unnamed, repeated] = [0, 0]
  const columns = names.map((name, at) => {
    if (name === '') unnamed++
    const wanted = name === '' ? `column_${at + 1}` : name.slice(0, NAME_MAX)
    const given = freeName(wanted, taken)
    if (given !== wanted) repeated++
    taken.add(given)
    return given
  })
  const warnings: string[] = []
  if (unnamed > 0) warnings.push(`${unnamed} columns have no name and are numbered`)
  if (repeated > 0) warnings.push(`${repeated} column names come more than once and are numbered`)
  return { columns, warnings }
}

/** `wanted`, or the first of wanted_2, wanted_3 and so on that is free. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let count = 2
  while (taken.has(`${wanted}_${count}`)) count++
  return `${wanted}_${count}`
}
