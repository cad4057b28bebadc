// What browsers call themselves, and how common each is. Versions follow one another; systems are those that browsers
// still name since they stopped telling the exact one.

/** Texts that are as common together as the weight says. */
export type Agents = { weight: number; texts: readonly string[] }

const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, k) => first + k)

const CHROME = upTo(124, 142)
const FIREFOX = upTo(126, 145)
const SAFARI = [
  '16.6',
  '17.0',
  '17.1',
  '17.2',
  '17.4',
  '17.5',
  '17.6',
  '18.0',
  '18.1',
  '18.3',
  '18.5',
]
const WINDOWS = 'Windows NT 10.0; Win64; x64'
const MAC = 'Macintosh; Intel Mac OS X 10_15_7'
const LINUX = 'X11; Linux x86_64'

const chrome = (system: string, version: number, mobile = ''): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0${mobile} Safari/537.36`

const firefox = (system: string, version: number): string =>
  `Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`

const safari = (system: string, version: string, mobile: string, build: string): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version}${mobile} Safari/${build}`

const iphone = (version: string): string =>
  `iPhone; CPU iPhone OS ${version.replace('.', '_')} like Mac OS X`

export const USER_AGENTS: readonly Agents[] = [
  { weight: 30, texts: CHROME.map((version) => chrome(WINDOWS, version)) },
  { weight: 8, texts: CHROME.map((version) => chrome(MAC, version)) },
  { weight: 3, texts: CHROME.map((version) => chrome(LINUX, version)) },
  {
    weight: 25,
    texts: CHROME.map((version) => chrome('Linux; Android 10; K', version, ' Mobile')),
  },
  {
    weight: 8,
    texts: CHROME.map((version) => `${chrome(WINDOWS, version)} Edg/${version}.0.0.0`),
  },
  { weight: 4, texts: FIREFOX.map((version) => firefox(WINDOWS, version)) },
  {
    weight: 1,
    texts: FIREFOX.map((version) => firefox('Macintosh; Intel Mac OS X 10.15', version)),
  },
  { weight: 1, texts: FIREFOX.map((version) => firefox(LINUX, version)) },
  { weight: 5, texts: SAFARI.map((version) => safari(MAC, version, '', '605.1.15')) },
  {
    weight: 15,
    texts: SAFARI.map((version) => safari(iphone(version), version, ' Mobile/15E148', '604.1')),
  },
]
