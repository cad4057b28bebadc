import { C, column, columns, testCases } from './problem-cases.ts'

testCases({
  'a rule that is a number': [
    column('type: int, rule: 3'),
    { path: `${C}/rule`, message: /a name, or/ },
  ],
  'an unknown rule': [
    column('type: str, rule: frist_name'),
    { path: `${C}/rule`, message: /no rule "frist_name"/, hint: /Did you mean first_name\?/ },
  ],
  'a short rule that needs parameters': [
    column('type: int, rule: range'),
    { path: `${C}/rule`, message: /range needs min and max/, hint: /min: 18, max: 80/ },
  ],
  'a rule without a parameter': [
    column('type: int, rule: {type: range, min: 1}'),
    { path: `${C}/rule`, message: /needs max/, hint: /max: 80/ },
  ],
  'an unknown parameter': [
    column('type: int, rule: {type: sequence, strat: 5}'),
    { path: `${C}/rule/strat`, message: /no "strat"/, hint: /start/ },
  ],
  'a parameter of later': [
    column('type: str, rule: {type: phone, from: [city]}'),
    { path: `${C}/rule/from`, message: /not supported/, unsupported: true },
  ],
  'values from a file': [
    column('type: str, rule: {type: choice, value: {file: cities.csv, column: name}}'),
    { path: `${C}/rule/value`, message: /file/, hint: /\[pending/, unsupported: true },
  ],
  'a parameter of the wrong kind': [
    column('type: int, rule: {type: range, min: [1], max: 2}'),
    { path: `${C}/rule/min`, message: /a number or text/ },
  ],
  'a rule that does not fit the type': [
    column('type: int, rule: first_name'),
    { path: `${C}/rule`, message: /type int/, hint: /type: str/ },
  ],
  'min above max': [
    column('type: int, rule: {type: range, min: 9, max: 1}'),
    { path: `${C}/rule/min`, message: /greater than max/, hint: /min: 1, max: 9/ },
  ],
  'a fraction for an int': [
    column('type: int, rule: {type: range, min: 1.5, max: 3}'),
    { path: `${C}/rule/min`, message: /whole number/, hint: /min: 2/ },
  ],
  'decimals for an int': [
    column('type: int, rule: {type: range, min: 1, max: 3, decimals: 2}'),
    { path: `${C}/rule/decimals`, message: /no decimals/ },
  ],
  'a range that holds no number': [
    column('type: float, rule: {type: range, min: 0.111, max: 0.119, decimals: 2}'),
    { path: `${C}/rule/decimals`, message: /No number/, hint: /decimals: 3/ },
  ],
  'a step of 0': [
    column('type: int, rule: {type: sequence, step: 0}'),
    { path: `${C}/rule/step`, message: /not be 0/ },
  ],
  'a prefix on an int': [
    column('type: int, rule: {type: sequence, prefix: A}'),
    { path: `${C}/rule/prefix`, message: /makes text/, hint: /type: str/ },
  ],
  'fewer weights than values': [
    column('type: str, rule: {type: choice, value: [a, b], weights: [1]}'),
    { path: `${C}/rule/weights`, message: /1 weights for 2 values/, hint: /2 weights/ },
  ],
  'weights of 0 only': [
    column('type: str, rule: {type: choice, value: {a: 0, b: 0}}'),
    { path: `${C}/rule/value`, message: /All weights are 0/ },
  ],
  'a value of another type': [
    column('type: int, rule: {type: choice, value: [1, two]}'),
    { path: `${C}/rule/value/1`, message: /whole number/ },
  ],
  'a constant of another type': [
    column('type: bool, rule: {type: constant, value: 3}'),
    { path: `${C}/rule/value`, message: /true or false/ },
  ],
  'a probability above 1': [
    column('type: bool, rule: {type: boolean, probability: 2}'),
    { path: `${C}/rule/probability`, message: /from 0 to 1/ },
  ],
  'another UUID version': [
    column('type: uuid, rule: {type: uuid, version: 5}'),
    { path: `${C}/rule/version`, message: /5/, unsupported: true },
  ],
  'a deviation of 0': [
    column('type: float, rule: {type: normal, mean: 1, stddev: 0}'),
    { path: `${C}/rule/stddev`, message: /above 0/ },
  ],
  'a mean that is no logarithm': [
    column('type: float, rule: {type: lognormal, mean: 50000, stddev: 1}'),
    { path: `${C}/rule/mean`, message: /logarithm/, hint: /10\.8/ },
  ],
  'a date that is none': [
    column('type: date, rule: {type: date, min: "2025-02-30", max: "2025-03-01"}'),
    { path: `${C}/rule/min`, message: /not a date/, hint: /2025-01-31/ },
  ],
  'dates in the wrong order': [
    column('type: datetime, rule: {type: datetime, min: "2025-03-01", max: "2025-02-01"}'),
    { path: `${C}/rule/min`, message: /later than max/ },
  ],
  'a span that is none': [
    column('type: datetime, rule: {type: datetime, last: "a while"}'),
    { path: `${C}/rule/last`, message: /no span/, hint: /90 days/ },
  ],
  'an open template': [
    column('type: str, rule: {type: template, value: "a{b"}'),
    { path: `${C}/rule/value`, message: /without its partner/ },
  ],
  'a template of nothing known': [
    column('type: str, rule: {type: template, value: "{frist_name}"}'),
    { path: `${C}/rule/value`, message: /neither a column nor a rule/, hint: /first_name/ },
  ],
  'an email from nothing known': [
    columns('{name: first, type: str}', '{name: e, type: str, rule: {type: email, from: [frist]}}'),
    { path: '/tables/0/columns/1/rule/from/0', message: /no column "frist"/, hint: /first/ },
  ],
})
