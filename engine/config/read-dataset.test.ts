import { column, testCases } from './problem-cases.ts'

testCases({
  'text that is no YAML': ['tables: [', { path: '', message: /./, hint: /YAML/ }],
  'an empty text': ['', { path: '', message: /an object with tables/, hint: /tables: \[/ }],
  'a list': [[1], { path: '', message: /an object with tables/ }],
  'no tables': ['seed: 1', { path: '', message: /needs tables/, hint: /Write tables/ }],
  'tables that are no list': ['tables: 3', { path: '/tables', message: /list/ }],
  'an empty list of tables': ['tables: []', { path: '/tables', message: /at least one/ }],
  'an unknown key at the top': [
    { sed: 1, ...{ tables: [{ name: 't', columns: [{ name: 'a', type: 'int' }] }] } },
    { path: '/sed', message: /no "sed"/, hint: /Did you mean seed\?/ },
  ],
  'a seed out of range': [
    `seed: -1\n${column('type: int')}`,
    { path: '/seed', message: /whole number from 0 to 9007199254740991/, hint: /seed: 42/ },
  ],
  'another version': [
    `version: 2\n${column('type: int')}`,
    { path: '/version', message: /must be 1/ },
  ],
  'a locale that is none': [
    `locale: en_UK\n${column('type: int')}`,
    { path: '/locale', message: /no locale "en_UK"/, hint: /en_GB/ },
  ],
  'a moment that is none': [
    `now: later\n${column('type: int')}`,
    { path: '/now', message: /moment/ },
  ],
  'a format that is none': [
    `output: {format: cvs}\n${column('type: int')}`,
    { path: '/output/format', message: /no format "cvs"/, hint: /csv/ },
  ],
  'a delimiter that values have': [
    `output: {format: csv, csv: {delimiter: "."}}\n${column('type: int')}`,
    { path: '/output/csv/delimiter', message: /a value may have it/, hint: /tab/ },
  ],
  'a delimiter of two characters': [
    `output: {format: csv, csv: {delimiter: "||"}}\n${column('type: int')}`,
    { path: '/output/csv/delimiter', message: /a value may have it/ },
  ],
  'a quote that is the delimiter': [
    `output: {csv: {quote: ";", delimiter: semicolon}}\n${column('type: int')}`,
    { path: '/output/csv/quote', message: /the same/ },
  ],
  'a null that numbers are': [
    `output: {csv: {null: "-1"}}\n${column('type: int')}`,
    { path: '/output/csv/null', message: /cannot be told/, hint: /NULL/ },
  ],
  'a null that would need quotes': [
    `output: {csv: {null: "a,b"}}\n${column('type: int')}`,
    { path: '/output/csv/null', message: /quoting/ },
  ],
  'a null that YAML does not see': [
    `output: {csv: {null: NULL}}\n${column('type: int')}`,
    { path: '/output/csv/null', message: /is text/, hint: /"NULL"/ },
  ],
  'a line ending that is none': [
    `output: {csv: {line_ending: cr}}\n${column('type: int')}`,
    { path: '/output/csv/line_ending', message: /"cr"/, hint: /crlf/ },
  ],
  'an option of CSV that is none': [
    `output: {csv: {separator: ";"}}\n${column('type: int')}`,
    { path: '/output/csv/separator', message: /no "separator"/ },
  ],
  'a compression that is none': [
    `output: {compression: lzma}\n${column('type: int')}`,
    { path: '/output/compression', message: /no compression "lzma"/, hint: /gzip/ },
  ],
  'samples, where there are no datasets': [
    `samples: {t: d}\n${column('type: int')}`,
    { path: '/samples', message: /none here/, unsupported: true },
  ],
  'a table without a name': [
    'tables: [{columns: [{name: a, type: int}]}]',
    { path: '/tables/0', message: /needs a name/ },
  ],
  'a table without columns': [
    'tables: [{name: t}]',
    { path: '/tables/0', message: /needs columns/ },
  ],
  'a table name that is no file name': [
    'tables: [{name: ../t, columns: [{name: a, type: int}]}]',
    { path: '/tables/0/name', message: /not usable/, hint: /names a file/ },
  ],
  'a table name that shows another': [
    { tables: [{ name: 'a\u202egpj', columns: [{ name: 'a', type: 'int' }] }] },
    { path: '/tables/0/name', message: /not usable/ },
  ],
  'a table name that no file system takes': [
    { tables: [{ name: '日'.repeat(70), columns: [{ name: 'a', type: 'int' }] }] },
    { path: '/tables/0/name', message: /too long/, hint: /200 bytes/ },
  ],
  'a table that refers to itself': [
    'tables: [{name: t, tree: {depth: 3}, columns: [{name: a, type: int}]}]',
    { path: '/tables/0/tree', message: /no "tree"/, hint: /foreign_keys/ },
  ],
  'two tables of one name': [
    'tables: [{name: t, columns: [{name: a, type: int}]}, {name: T, columns: [{name: a, type: int}]}]',
    { path: '/tables/1/name', message: /Two tables/, hint: /Rename/ },
  ],
  'negative rows': [
    'tables: [{name: t, rows: -5, columns: [{name: a, type: int}]}]',
    { path: '/tables/0/rows', message: /whole number/, hint: /rows: 1000/ },
  ],
})
