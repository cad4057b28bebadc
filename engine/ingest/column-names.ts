// Names that the columns of a config can have: none empty, none twice, none longer than people read or over lines.

const NAME_MAX = 128

export type ColumnNames = {
  /** The name of the next column, in place of that of the file. */
  add(name: string): string
  /** What had to be changed. */
  warnings(): string[]
}

export function createColumnNames(): ColumnNames {
  const taken = new Set<string>()
  let [unnamed, repeated, changed] = [0, 0, 0]
  return {
    add(name) {
      const plain = name.replaceAll(/\p{Cc}+/gu, ' ').slice(0, NAME_MAX)
      if (plain !== name) changed++
      if (plain === '') unnamed++
      const wanted = plain === '' ? `column_${taken.size + 1}` : plain
      const given = freeName(wanted, taken)
      if (given !== wanted) repeated++
      taken.add(given)
      return given
    },
    warnings() {
      const said: string[] = []
      if (unnamed > 0) said.push(`${unnamed} columns have no name and are numbered`)
      if (repeated > 0) said.push(`${repeated} column names come more than once and are numbered`)
      if (changed > 0)
        said.push(`${changed} column names are longer than ${NAME_MAX} characters, or over lines`)
      return said
    },
  }
}

/** In the same order; what had to be changed is told. */
export function distinctNames(names: readonly string[]): { columns: string[]; warnings: string[] } {
  const given = createColumnNames()
  const columns = names.map((name) => given.add(name))
  return { columns, warnings: given.warnings() }
}

/** `wanted`, or the first of wanted_2, wanted_3 and so on that is free. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  let count = 2
  const numbered = (): string => `${wanted.slice(0, NAME_MAX - 6)}_${count}`
  while (taken.has(numbered())) count++
  return numbered()
}
