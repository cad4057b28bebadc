import { C, column, columns, testCases } from './problem-cases.ts'

testCases({
  'two columns of one name': [
    columns('{name: a, type: int}', '{name: a, type: str}'),
    { path: '/tables/0/columns/1/name', message: /Two columns/ },
  ],
  'a column name with a line break': [
    columns('{name: "a\\nb", type: int}'),
    { path: `${C}/name`, message: /control/ },
  ],
  'a column name too long': [
    columns(`{name: ${'x'.repeat(129)}, type: int}`),
    { path: `${C}/name`, message: /at most 128/ },
  ],
  'a column without a name': [columns('{type: int}'), { path: C, message: /needs name/ }],
  'a column without a type': [
    columns('{name: a}'),
    { path: C, message: /needs type/, hint: /type: "int"/ },
  ],
  'an unknown type': [
    column('type: integr'),
    { path: `${C}/type`, message: /no type/, hint: /integer|int/ },
  ],
  'an impossible decimal': [
    column('type: "decimal(3,9)"'),
    { path: `${C}/type`, message: /not possible/ },
  ],
  'an unknown key of a column': [
    column('type: int, rulle: sequence'),
    { path: `${C}/rulle`, message: /no "rulle"/, hint: /rule/ },
  ],
  'an unknown constraint': [
    column('type: int, constraints: [uniqe]'),
    { path: `${C}/constraints/0`, message: /no constraint/, hint: /unique/ },
  ],
})
