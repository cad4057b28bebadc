// The common cases of number, date and UUID writers as text of generated code: the optimising compiler has a
// budget for what it inlines by itself, which a row of many columns exceeds. Rare cases call the function
// that the text stands for; both give the same bytes.

import type { Bind } from './bind.ts'
import {
  DIGITS_2,
  DIGITS_4,
  HEX_4,
  writeDecimal,
  writeInteger,
  writePaddedInteger,
} from './digits.ts'
import { FIRST_DAY, KNOWN_DAYS, knownFields, MONTH_DAYS, type UuidPlanes } from './temporal.ts'

/** Writes the integer variable `name`, 0 to 9999, without leading zeros. */
function small(bind: Bind, name: string): string {
  const width = `${name}<100?${name}<10?1:2:${name}<1000?3:4`
  return `{const k=${width};d.setInt32(p,${bind(DIGITS_4)}[${name}]>>(32-8*k),true);p+=k}`
}

/** As writeInteger. */
export function integerCode(bind: Bind, values: Float64Array): string {
  const array = bind(values)
  const four = `d.setInt32(p,${bind(DIGITS_4)}[w-h*10000],true);p+=4`
  const middle = `{const h=(w/10000)|0;${small(bind, 'h')}${four}}`
  const common = `{const w=v|0;if(w<10000)${small(bind, 'w')}else${middle}}`
  const rare = `p=${bind(writeInteger)}(d,p,${array},i)`
  return `{const v=${array}[i];if(v>=0&&v<100000000)${common}else ${rare}}`
}

/** As writePaddedInteger with at least two, four or six digits; null for other widths. */
export function paddedCode(bind: Bind, values: Float64Array, pad: number): string | null {
  if (pad !== 2 && pad !== 4 && pad !== 6) return null
  const array = bind(values)
  const two = (at: string, value: string) => `d.setUint16(${at},${bind(DIGITS_2)}[${value}],true);`
  const four = (at: string, value: string) => `d.setInt32(${at},${bind(DIGITS_4)}[${value}],true);`
  const high = `const w=v|0,h=(w/10000)|0;`
  const stores =
    pad === 6
      ? high + two('p', 'h') + four('p+2', 'w-h*10000')
      : (pad === 2 ? two : four)('p', 'v|0')
  const common = `${stores}p+=${pad}`
  const rare = `p=${bind(writePaddedInteger)}(d,p,${array},i,${pad})`
  return `{const v=${array}[i];if(v>=0&&v<${10 ** pad}){${common}}else ${rare}}`
}

/** As writeDecimal at scale 2. */
export function moneyCode(bind: Bind, values: Float64Array): string {
  const array = bind(values)
  const cents = `m[p]=46;d.setUint16(p+1,${bind(DIGITS_2)}[w-h*100],true);p+=3`
  const common = `{const w=v|0,h=(w/100)|0;${small(bind, 'h')}${cents}}`
  const rare = `p=${bind(writeDecimal)}(d,p,${array},i,2)`
  return `{const v=${array}[i];if(v>=0&&v<1000000)${common}else ${rare}}`
}

/** Writes the day number `text`, eleven bytes with the T behind it. */
function day(bind: Bind, text: string): string {
  const known = `t>=0&&t<${KNOWN_DAYS.length}?${bind(KNOWN_DAYS)}[t]:0`
  return [
    `const t=${text}-(${FIRST_DAY});let f=${known};`,
    `if(f===0)f=${bind(knownFields)}(${text});`,
    `d.setInt32(p,${bind(DIGITS_4)}[f>>9],true);d.setFloat64(p+4,${bind(MONTH_DAYS)}[f&511],true);`,
  ].join('')
}

/** As writeDate. */
export function dateCode(bind: Bind, values: Float64Array): string {
  return `{const a=${bind(values)}[i]|0;${day(bind, 'a')}p+=10}`
}

/** As writeDatetime. */
export function datetimeCode(bind: Bind, values: Float64Array): string {
  const two = bind(DIGITS_2)
  return [
    `{const v=${bind(values)}[i],a=Math.floor(v/86400)|0,s=(v-a*86400)|0,n=(s/60)|0,h=(n/60)|0;`,
    day(bind, 'a'),
    `d.setUint16(p+11,${two}[h],true);m[p+13]=58;d.setUint16(p+14,${two}[n-h*60],true);`,
    `m[p+16]=58;d.setUint16(p+17,${two}[s-n*60],true);m[p+19]=90;p+=20}`,
  ].join('')
}

/** As writeTime. */
export function timeCode(bind: Bind, values: Float64Array): string {
  const two = bind(DIGITS_2)
  return [
    `{const s=${bind(values)}[i]|0,n=(s/60)|0,h=(n/60)|0;`,
    `d.setUint16(p,${two}[h],true);m[p+2]=58;d.setUint16(p+3,${two}[n-h*60],true);`,
    `m[p+5]=58;d.setUint16(p+6,${two}[s-n*60],true);p+=8}`,
  ].join('')
}

/** As writeSqlDatetime. */
export function sqlDatetimeCode(bind: Bind, values: Float64Array): string {
  return `${datetimeCode(bind, values)}m[p-10]=32;p--;`
}

/** As writeUuid. */
export function uuidCode(bind: Bind, planes: UuidPlanes): string {
  const hex = bind(HEX_4)
  const [a, b, c, d] = planes.map((plane) => bind(plane))
  const high = (at: number, word: string) => `d.setInt32(p+${at},${hex}[${word}>>>16],true);`
  const low = (at: number, word: string) => `d.setInt32(p+${at},${hex}[${word}&65535],true);`
  return [
    `{const a=${a}[i],b=${b}[i],c=${c}[i],e=${d}[i];`,
    `${high(0, 'a')}${low(4, 'a')}m[p+8]=45;${high(9, 'b')}m[p+13]=45;${low(14, 'b')}m[p+18]=45;`,
    `${high(19, 'c')}m[p+23]=45;${low(24, 'c')}${high(28, 'e')}${low(32, 'e')}p+=36}`,
  ].join('')
}
