// Unique columns and keys: their rule must be one that can be drawn without repeats.
import { parseRegex } from '#engine/regex/parse.ts'
import { regexCapacity } from '#engine/rules/regex.ts'
import { fillerOf } from '#engine/words/filler.ts'
import type { ColumnConfig, DatasetConfig, RuleInput, TableConfig } from './dataset-config.ts'
import { hasOneChildEach } from './joint-groups.ts'
import { at, type Report } from './problem.ts'
import { FINANCE_RULES } from './rules/finance.ts'
import { INTERNET_RULES } from './rules/internet.ts'
import { risingEntity } from './series-steps.ts'
import { slotsOf } from './template.ts'

/** Rules that never repeat when asked not to; how many values each has is for the capacity check. */
const DRAWN_WITHOUT_REPEATS = [
  'sequence',
  'range',
  'uniform',
  'choice',
  'constant',
  'uuid',
  'regex',
  'pattern',
  'email',
  'first_name',
  'last_name',
  'full_name',
  'phone',
  'city',
  'state',
  'postcode',
  'country',
  'country_code',
  'street',
  'street_address',
  'username',
  'gender',
  'prefix',
  'job',
  'company',
  'department',
  'product',
  'product_category',
  'timezone',
  'color',
  'word',
  'address',
  'sentence',
  'paragraph',
  'file_name',
  'mime_type',
  'date',
  'datetime',
  'time',
  ...Object.keys(INTERNET_RULES),
  ...Object.keys(FINANCE_RULES),
]

export function checkUnique(config: DatasetConfig, report: Report): void {
  for (const table of config.tables) {
    const keys = table.columns.filter(({ primary_key }) => primary_key)
    for (const column of table.columns) {
      if (column.unique || (column.primary_key && keys.length === 1)) {
        checkColumn(column, table, report)
        checkFiller(column, column.locale ?? table.locale ?? config.locale, report)
      }
    }
  }
}

function checkColumn(column: ColumnConfig, table: TableConfig, report: Report): void {
  const { readable, rule, conditional_rules, path } = column
  if (rule !== null && !isCountable(rule)) {
    const message = 'The different words of this expression cannot be counted in bounded time'
    report.unsupported(
      at(path, 'rule'),
      message,
      'Write it with fewer repetitions inside repetitions',
    )
  }
  if (conditional_rules.length > 0) {
    const works = 'Give it one rule, such as sequence or uuid'
    report.unsupported(
      at(path, 'conditional_rules'),
      'A unique column has no conditional rules',
      works,
    )
  } else if (readable && rule !== null && !neverRepeats(column, table)) {
    const works = `Use one of ${DRAWN_WITHOUT_REPEATS.join(', ')}, or a template of one unique column`
    report.unsupported(
      at(path, 'rule'),
      `The rule ${rule.type} cannot be drawn without repeats in this release`,
      rule.type === 'reference' ? 'Write children: 1 on its foreign key' : works,
    )
  }
}

/** Sentences begin with different words, which only spaces keep apart. */
function checkFiller({ path, rule }: ColumnConfig, locale: string, report: Report): void {
  if (rule === null || !['sentence', 'paragraph'].includes(rule.type)) return
  if (fillerOf(locale).space !== '') return
  report.unsupported(
    at(path, 'rule'),
    `A ${rule.type} of the locale ${locale} cannot be drawn without repeats: its words are joined without spaces`,
    'Give the column a locale that writes spaces, such as en_US, or another rule',
  )
}

/** Expressions are drawn without repeats by counting their words. */
function isCountable({ type, value, regex }: RuleInput): boolean {
  const text = type === 'regex' ? value : type === 'email' ? regex : undefined
  if (typeof text !== 'string') return true
  const parsed = parseRegex(text)
  return 'fault' in parsed || regexCapacity(parsed.node) !== null
}

function neverRepeats(column: ColumnConfig, table: TableConfig): boolean {
  const { name, rule } = column
  if (rule === null) return false
  if (rule.type === 'reference') return hasOneChildEach(name, table) || drawsParents(name, table)
  if (rule.type === 'series') return risingEntity(column, table) === null
  if (rule.type === 'template') return wrapsUnique(String(rule['value']), table)
  return DRAWN_WITHOUT_REPEATS.includes(rule.type) && !hidesTime(rule) && !isBound(rule)
}

/** A layout may leave out what sets two times apart, and two local times may be one. */
function hidesTime({ type, format, zone, business_days }: RuleInput): boolean {
  if (!['date', 'datetime', 'time'].includes(type)) return false
  return format !== undefined || (zone !== undefined && business_days === true)
}

/** Each parent once at most, while there are as many parents as rows. */
function drawsParents(name: string, table: TableConfig): boolean {
  const key = table.foreign_keys.find(({ child_columns }) => child_columns.includes(name))
  const drawn = key !== undefined && key.children === null && key.parent_table !== table.name
  return drawn && key.child_columns.length === 1
}

/** Words that agree with other columns repeat where these do; names to log in with get a number. */
function isBound({ type, from }: RuleInput): boolean {
  return Array.isArray(from) && from.length > 0 && type !== 'email' && type !== 'username'
}

/** Literal text around one unique column is as unique as that column. */
function wrapsUnique(text: string, { columns }: TableConfig): boolean {
  const [slot, ...more] = slotsOf(text)
  if (slot === undefined || more.length > 0) return false
  const column = columns.find(({ name }) => name === slot)
  return column === undefined ? slot === 'uuid' : column.unique || column.primary_key
}
