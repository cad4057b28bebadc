// Rules of the resolved config that make words of a locale.

/** Rules whose values are one of a locale's list. */
export type ListRuleName =
  | 'prefix'
  | 'department'
  | 'product_category'
  | 'country'
  | 'country_code'
  | 'timezone'
  | 'color'
  | 'word'
  | 'mime_type'

/** Rules whose values are put together from a locale's lists. */
export type ComposedRuleName =
  | 'job'
  | 'company'
  | 'product'
  | 'street'
  | 'street_address'
  | 'file_name'

export type NameRule = 'first_name' | 'last_name' | 'full_name' | 'city'

export type LocaleRule =
  | NameRule
  | 'gender'
  | 'postcode'
  | 'address'
  | ListRuleName
  | ComposedRuleName

/** What a column holds that others agree with. */
export type FromRole =
  | 'gender'
  | 'prefix'
  | 'first_name'
  | 'last_name'
  | 'city'
  | 'state'
  | 'postcode'
  | 'street'
  | 'country_code'
  | 'country'

/** Columns of the row by what they hold. */
export type FromColumns = { [R in FromRole]?: string }

export type WordRule =
  /** `from`: columns of the row that the value agrees with; absent where there are none. */
  | { type: NameRule; locale: string; from?: FromColumns }
  | { type: 'gender' | 'postcode' | 'address'; locale: string; from?: FromColumns }
  | { type: ListRuleName; locale: string; from?: FromColumns }
  | { type: ComposedRuleName; locale: string; from?: FromColumns }
  | { type: 'state'; locale: string; abbreviated: boolean; from?: FromColumns }
  /** `words`, `sentences`: least and most. */
  | { type: 'sentence'; locale: string; words: [number, number] }
  | { type: 'paragraph'; locale: string; sentences: [number, number]; words: [number, number] }
  /** `from`: columns that it is made of (first and last name), in order; empty draws its own words. */
  | { type: 'email' | 'username'; locale: string; from: string[] }
