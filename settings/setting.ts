// A setting: what its text may be, and what it means. Programs read their environment by tables of them, and nodeops checks
// a file by the same ones, so that both refuse the same values in the same words.

export type Setting<Value = unknown> = {
  /** What its text may be; stands after "must be". */
  allowed: string
  /** Null: the text is none of what is allowed. */
  read: (text: string) => Value | null
  /** Of a list: the first entry that is none of what is allowed. */
  wrongEntry?: (text: string) => string | undefined
  /** What an empty text means; without it, as if nothing were set. */
  empty?: Value
}

export type Settings = Readonly<Record<string, Setting>>
export type Env = Readonly<Record<string, string | undefined>>

/** What is wrong with the text of a setting, in a sentence that repeats none but entries of lists; null: nothing. */
export function problemWith(name: string, setting: Setting, text: string): string | null {
  if (text === '' || setting.read(text) !== null) return null
  const entry = setting.wrongEntry?.(text)
  const which = entry === undefined ? '' : `, and ${entry} is not`
  return `${name} must be ${setting.allowed}${which}`
}

type ValueOf<One> = One extends Setting<infer Value> ? Value : never

export type SettingReader<Table extends Settings> = {
  /** Undefined when it is not set, and when its text is wrong, which is told. */
  get: <Name extends keyof Table & string>(name: Name) => ValueOf<Table[Name]> | undefined
  /** As `get`; that it is not set is told too. */
  need: <Name extends keyof Table & string>(name: Name) => ValueOf<Table[Name]> | undefined
}

/** Reads settings of a table out of an environment; what is wrong is added to `problems`. */
export function createSettingReader<Table extends Settings>(
  table: Table,
  env: Env,
  problems: string[],
): SettingReader<Table> {
  const tell = (problem: string): void => {
    if (!problems.includes(problem)) problems.push(problem)
  }
  const get = <Name extends keyof Table & string>(name: Name) => {
    const setting = table[name] as Setting<ValueOf<Table[Name]>>
    const text = env[name]
    if (text === undefined) return undefined
    if (text === '') return setting.empty
    const problem = problemWith(name, setting, text)
    if (problem === null) return setting.read(text) ?? undefined
    tell(problem)
    return undefined
  }
  return {
    get,
    need(name) {
      if (!env[name]) tell(`${name} is not set`)
      return get(name)
    },
  }
}
