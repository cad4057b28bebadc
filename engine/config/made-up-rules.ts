// Rules of the resolved config for addresses of the internet and numbers of finance, every choice made.

export type InternetRule =
  /** `suffixes`: what names end in. */
  | { type: 'domain' | 'url'; suffixes: string[] }
  /** First and last address of each network, as 32-bit numbers; they do not overlap. */
  | { type: 'ip'; networks: [number, number][] }
  | { type: 'ipv6'; network: 'documentation' | 'private' | 'public' }
  /** `prefix`: the first octets in hexadecimal, null for local addresses. */
  | { type: 'mac'; prefix: string | null; separator: string }
  | { type: 'user_agent' }

export type CardBrand = 'visa' | 'mastercard' | 'amex' | 'discover' | 'jcb' | 'diners' | 'unionpay'

export type FinanceRule =
  /** `countries`: ISO 3166-1 alpha-2, of those that have IBANs. */
  | { type: 'iban'; countries: string[] }
  | { type: 'card_number'; brands: CardBrand[] }
  /** `test`: codes that no bank has. */
  | { type: 'swift'; countries: string[]; length: 8 | 11; test: boolean }
  | { type: 'currency' }
  | { type: 'bitcoin_address'; network: 'main' | 'test' }

export type MadeUpRule = InternetRule | FinanceRule
