// Values that generated code uses: it names them, it never contains them.

/** Gives a value a name for generated code; the same value always the same name. */
export type Bind = (value: unknown) => string

/** Names and, in the same order, their values. */
export type Bindings = { bind: Bind; names: string[]; values: unknown[] }

/** No values yet. */
export function createBindings(): Bindings {
  const known = new Map<unknown, string>()
  const names: string[] = []
  const values: unknown[] = []
  const bind: Bind = (value) => {
    const name = known.get(value) ?? `v${values.length}`
    if (!known.has(value)) {
      known.set(value, name)
      names.push(name)
      values.push(value)
    }
    return name
  }
  return { bind, names, values }
}
