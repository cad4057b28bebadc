import { C, column, testCases } from '../problem-cases.ts'

testCases({
  'a time in a random UUID': [
    column('type: uuid, rule: {type: uuid, start: "2025-01-01"}'),
    { path: `${C}/rule/start`, message: /Version 4 has no time/, hint: /version: 7/ },
  ],
  'a version that nobody needs': [
    column('type: uuid, rule: {type: uuid, version: 1}'),
    { path: `${C}/rule/version`, message: /version 1/, hint: /4 or 7/, unsupported: true },
  ],
  'a start that is no date': [
    column('type: uuid, rule: {type: uuid, version: 7, start: soon}'),
    { path: `${C}/rule/start`, message: /"soon" is not a date/, hint: /2025/ },
  ],
  'a time before 1970': [
    column('type: uuid, rule: {type: uuid, version: 7, min: "1969-01-01", max: "2025-01-01"}'),
    { path: `${C}/rule/min`, message: /before 1970/ },
  ],
  'start beside min': [
    column('type: uuid, rule: {type: uuid, version: 7, start: "2025-01-01", last: "2 days"}'),
    { path: `${C}/rule/start`, message: /rows in order/, hint: /Remove/ },
  ],
})
