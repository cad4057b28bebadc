import { C, column, testCases } from '../problem-cases.ts'

testCases({
  'a country without IBANs': [
    column('type: str, rule: {type: iban, country: [DE, US]}'),
    { path: `${C}/rule/country`, message: /no IBANs of "US"/, hint: /DE/ },
  ],
  'a card brand that is none': [
    column('type: str, rule: {type: card_number, brand: vsa}'),
    { path: `${C}/rule/brand`, message: /no card brand "vsa"/, hint: /Did you mean visa\?/ },
  ],
  'a country that is none': [
    column('type: str, rule: {type: swift, country: Germany}'),
    { path: `${C}/rule/country`, message: /"GERMANY" is no country/, hint: /DE/ },
  ],
})
