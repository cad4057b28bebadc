// Addresses of the internet and numbers of finance: what compiles them, and how many different ones there are.

import type { MadeUpRule } from '#engine/config/made-up-rules.ts'
import { CURRENCIES } from '#engine/data/currencies.ts'
import { compileCurrency, compileSwift, swiftForm } from './bank.ts'
import { BITCOIN_CAPACITY, compileBitcoinAddress } from './bitcoin.ts'
import { cardCapacity, compileCardNumber } from './card-number.ts'
import { formsCapacity } from './forms.ts'
import { compileIban, ibanCapacity } from './iban.ts'
import type { RuleCompiler } from './kernel.ts'
import { compileIp, compileIpv6, compileMac, ipCapacity, ipv6Form, macForm } from './network.ts'
import {
  compileDomain,
  compileUrl,
  compileUserAgent,
  domainForms,
  USER_AGENT_COUNT,
  urlForms,
} from './web.ts'

export const MADE_UP_COMPILERS: { [T in MadeUpRule['type']]: RuleCompiler<T> } = {
  domain: compileDomain,
  url: compileUrl,
  ip: compileIp,
  ipv6: compileIpv6,
  mac: compileMac,
  user_agent: compileUserAgent,
  iban: compileIban,
  card_number: compileCardNumber,
  swift: compileSwift,
  currency: compileCurrency,
  bitcoin_address: compileBitcoinAddress,
}

/** Different values that a unique column of the rule can have. */
export function madeUpCapacity(rule: MadeUpRule): number {
  switch (rule.type) {
    case 'domain':
      return formsCapacity(domainForms(rule, true))
    case 'url':
      return formsCapacity(urlForms(rule, true))
    case 'ip':
      return ipCapacity(rule)
    case 'ipv6':
      return formsCapacity([ipv6Form(rule)])
    case 'mac':
      return formsCapacity([macForm(rule)])
    case 'user_agent':
      return USER_AGENT_COUNT
    case 'iban':
      return ibanCapacity(rule)
    case 'card_number':
      return cardCapacity(rule)
    case 'swift':
      return formsCapacity([swiftForm(rule)])
    case 'currency':
      return CURRENCIES.length
    case 'bitcoin_address':
      return BITCOIN_CAPACITY
  }
}
