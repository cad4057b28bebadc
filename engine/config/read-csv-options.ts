// The options of CSV: whatever they are, a reader that knows them gets every value back, so what could be taken for a
// part of a value is refused.

import { at, quote, type Report } from './problem.ts'
import type { Fields } from './shape.ts'
import type { CsvOptions } from './types.ts'

/** As people know CSV: what is written when nothing is said. */
export const CSV_DEFAULTS: CsvOptions = {
  delimiter: ',',
  quote: '"',
  header: true,
  null: '',
  line_ending: 'lf',
}

const DELIMITERS: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  pipe: '|',
  space: ' ',
}

const LINE_ENDINGS: Readonly<Record<string, CsvOptions['line_ending']>> = {
  lf: 'lf',
  '\n': 'lf',
  '\\n': 'lf',
  crlf: 'crlf',
  '\r\n': 'crlf',
  '\\r\\n': 'crlf',
}

/** What no number, date or UUID has, and one byte: what may stand between or around values. */
const MARK = /^(?![\n\r\0+.:-])[^\p{L}\p{N}]$/u
/** What a number, a truth or a date may look like, and what would need quoting itself. */
const VALUE = /^[+-]?[0-9.]|^(?:true|false)$|^[0-9a-f-]*$/

/** Fields that `CsvSchema` has passed. */
export function readCsv(part: Fields, path: string, report: Report): Partial<CsvOptions> {
  const options: Partial<CsvOptions> = {}
  const { delimiter, quote: mark, header, line_ending: ending } = part
  if (typeof delimiter === 'string') {
    options.delimiter = DELIMITERS[delimiter.toLowerCase()] ?? delimiter
    checkMark('delimiter', options.delimiter, path, report)
  }
  if (typeof mark === 'string') {
    options.quote = mark
    checkMark('quote', mark, path, report)
  }
  if (typeof header === 'boolean') options.header = header
  if (typeof part['null'] === 'string') options.null = part['null']
  if (typeof ending === 'string') {
    const known = LINE_ENDINGS[ending.toLowerCase()]
    if (known !== undefined) options.line_ending = known
    else report.problem(at(path, 'line_ending'), `There is no ${quote(ending)}`, 'Write lf or crlf')
  }
  checkTogether({ ...CSV_DEFAULTS, ...options }, path, report)
  return options
}

function checkMark(key: string, mark: string, path: string, report: Report): void {
  if (MARK.test(mark) && mark <= '~') return
  const message = `${quote(mark)} cannot be the ${key}: a value may have it`
  report.problem(at(path, key), message, 'Write one character such as ; | or a tab')
}

function checkTogether(
  { delimiter, quote: mark, null: none }: CsvOptions,
  path: string,
  r: Report,
) {
  if (delimiter === mark) {
    r.problem(at(path, 'quote'), 'delimiter and quote are the same', 'Write quote: "\'"')
  }
  if (none === '') return
  if (
    [delimiter, mark, '\n', '\r'].some((part) => none.includes(part)) ||
    /[^\x20-\x7e]/.test(none)
  ) {
    const hint = 'Write NULL, or leave null out: then it is an empty field'
    r.problem(at(path, 'null'), `${quote(none)} would need quoting itself`, hint)
  } else if (VALUE.test(none)) {
    const hint = 'Write NULL, or leave null out: then it is an empty field'
    r.problem(at(path, 'null'), `${quote(none)} cannot be told from a value`, hint)
  }
}
