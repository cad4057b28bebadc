import { C, column, columns, testCases } from './problem-cases.ts'

testCases({
  'columns in a circle': [
    columns(
      '{name: a, type: int, rule: {type: expression, value: "b + 1"}}',
      '{name: b, type: int, rule: {type: expression, value: "a + 1"}}',
    ),
    { path: C, message: /a -> b -> a/ },
  ],
  'a nullable key': [
    column('type: int, constraints: [PK], nullable: 0.1'),
    { path: `${C}/nullable`, message: /PK column cannot be nullable/ },
  ],
  'a nullable rate above 1': [
    column('type: int, nullable: 3'),
    { path: `${C}/nullable`, message: /rate from 0 to 1/, hint: /0\.1/ },
  ],
  'both not_null and nullable': [
    column('type: int, constraints: [not_null, nullable]'),
    { path: `${C}/constraints`, message: /not_null column cannot be nullable/ },
  ],
  'a column that must match and may not': [
    columns(
      '{name: a, type: int, constraints: [not_null], conditional_rules: [{condition: {column: b, operator: ">", value: 1}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: int}',
    ),
    { path: C, message: /No rule may match/, hint: /rule beside/ },
  ],
  'null among the values of a key': [
    column('type: str, constraints: [unique], rule: {type: choice, value: [a, null]}'),
    { path: `${C}/rule`, message: /cannot hold null/ },
  ],
  'an unknown operator': [
    column(
      'type: int, conditional_rules: [{condition: {column: c, operator: "~=", value: 1}, rule: {type: constant, value: 1}}]',
    ),
    {
      path: `${C}/conditional_rules/0/condition/operator`,
      message: /no operator "~="/,
      hint: /==/,
    },
  ],
  'a condition on an unknown column': [
    column(
      'type: int, conditional_rules: [{condition: {column: d, operator: ">", value: 1}, rule: {type: constant, value: 1}}]',
    ),
    { path: `${C}/conditional_rules/0/condition/column`, message: /no column "d"/ },
  ],
  'a condition of another type': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {not: {column: b, operator: "==", value: x}}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: int}',
    ),
    { path: `${C}/conditional_rules/0/condition/not/value`, message: /whole number/ },
  ],
  'between with one value': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {all: [{column: b, operator: between, value: 3}]}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: int}',
    ),
    {
      path: `${C}/conditional_rules/0/condition/all/0/value`,
      message: /two values/,
      hint: /\[1, 10\]/,
    },
  ],
  'a pattern that takes for ever': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {column: b, operator: matches, value: "(a+)+$"}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: str}',
    ),
    { path: `${C}/conditional_rules/0/condition/value`, message: /repeats of repeats/ },
  ],
  'a pattern of repeated alternatives': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {column: b, operator: matches, value: "^(a|aa)*$"}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: str}',
    ),
    {
      path: `${C}/conditional_rules/0/condition/value`,
      message: /alternatives/,
      hint: /\[ab\]\+/,
    },
  ],
  'a comparison with null': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {column: b, operator: "==", value: null}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: int}',
    ),
    {
      path: `${C}/conditional_rules/0/condition/value`,
      message: /compares with no null/,
      hint: /is_null/,
    },
  ],
  'null in a list to compare with': [
    columns(
      '{name: a, type: int, conditional_rules: [{condition: {column: b, operator: in, value: [1, null]}, rule: {type: constant, value: 1}}]}',
      '{name: b, type: int}',
    ),
    { path: `${C}/conditional_rules/0/condition/value`, message: /no null/, hint: /is_null/ },
  ],
  'bounds further apart than a number can say': [
    column('type: float, rule: {type: range, min: -1.0e+308, max: 1.0e+308}'),
    { path: `${C}/rule/max`, message: /more than numbers can measure/ },
  ],
  'a unique column of a rule that repeats': [
    column('type: float, constraints: [unique], rule: {type: normal, mean: 1, stddev: 1}'),
    { path: `${C}/rule`, message: /without repeats/, hint: /sequence/, unsupported: true },
  ],
  'a decimal beyond 2^53': [
    column('type: decimal, rule: {type: range, min: 0, max: 1.0e+15}'),
    { path: `${C}/rule/max`, message: /does not fit/ },
  ],
  'a number that is not finite': [
    column('type: float, rule: {type: range, min: 0, max: .inf}'),
    { path: `${C}/rule/max`, message: /finite/ },
  ],
})
