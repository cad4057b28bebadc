// Rules that make addresses of the internet. Unless asked for others they make those that belong to nobody.
import Type from 'typebox'
import { at, quote, type Report } from '../problem.ts'
import { mergedNetworks, NETWORK_NAMES, networkOf } from './networks.ts'
import { defineRule, TEXT_TYPES } from './rule-spec.ts'

/** Names that RFC 2606 reserves: they lead nowhere. */
const RESERVED = ['example.com', 'example.net', 'example.org']
const SUFFIX = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

const later = { from: 'Leave from out, or put the value together with a template' }

/** One text or a list of them. */
const Texts = (maxItems: number, description: string, example: unknown) =>
  Type.Optional(
    Type.Union(
      [
        Type.String({ maxLength: 100 }),
        Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems }),
      ],
      { description, examples: [example] },
    ),
  )

/** The list that is meant. */
export const textsOf = (value: string | string[] | undefined, otherwise: string[]): string[] =>
  value === undefined ? otherwise : Array.isArray(value) ? value : [value]

const lowerSuffix = (text: string): string => text.trim().toLowerCase().replace(/^\./, '')

function checkSuffixes(suffix: string | string[] | undefined, path: string, report: Report): void {
  for (const text of textsOf(suffix, [])) {
    if (SUFFIX.test(lowerSuffix(text))) continue
    const hint = 'Write for example suffix: [example.com], or suffix: [com, net]'
    report.problem(at(path, 'suffix'), `${quote(text)} is no end of a domain`, hint)
  }
}

function named(name: 'domain' | 'url', description: string) {
  return defineRule({
    columnTypes: TEXT_TYPES,
    aliases: { suffixes: 'suffix', tld: 'suffix', tlds: 'suffix' },
    later,
    schema: Type.Object(
      {
        type: Type.Literal(name),
        suffix: Texts(50, 'What the domain ends in', ['example.com']),
      },
      { additionalProperties: false, description },
    ),
    check: ({ suffix }, { path, report }) => checkSuffixes(suffix, path, report),
    lower: ({ suffix }) => ({
      type: name,
      suffixes: [...new Set(textsOf(suffix, RESERVED).map(lowerSuffix))],
    }),
  })
}

const ip = defineRule({
  columnTypes: TEXT_TYPES,
  aliases: { networks: 'network', cidr: 'network', range: 'network' },
  later,
  schema: Type.Object(
    {
      type: Type.Literal('ip'),
      network: Texts(100, `One or several of ${NETWORK_NAMES.join(', ')}, 10.0.0.0/8`, 'private'),
    },
    {
      additionalProperties: false,
      description: 'An IPv4 address that is nobody’s on the internet',
    },
  ),
  check: ({ network }, { path, report }) => {
    for (const text of textsOf(network, [])) {
      if (networkOf(text) !== null) continue
      const hint = `Write one of ${NETWORK_NAMES.join(', ')}, or a network such as 10.0.0.0/8`
      report.problem(at(path, 'network'), `${quote(text)} is no network`, hint)
    }
  },
  lower: ({ network }) => ({
    type: 'ip',
    networks: mergedNetworks(textsOf(network, ['reserved'])),
  }),
})

const ipv6 = defineRule({
  columnTypes: TEXT_TYPES,
  later,
  schema: Type.Object(
    {
      type: Type.Literal('ipv6'),
      network: Type.Optional(
        Type.Union(
          [Type.Literal('documentation'), Type.Literal('private'), Type.Literal('public')],
          { description: '2001:db8::/32, fd00::/8, or what is given out', examples: ['private'] },
        ),
      ),
    },
    { additionalProperties: false, description: 'An IPv6 address, for documentation' },
  ),
  lower: ({ network = 'documentation' }) => ({ type: 'ipv6', network }),
})

const PREFIX = /^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){0,4}$/

const mac = defineRule({
  columnTypes: TEXT_TYPES,
  later,
  schema: Type.Object(
    {
      type: Type.Literal('mac'),
      prefix: Type.Optional(
        Type.String({
          maxLength: 14,
          description: 'First octets, such as those of a maker',
          examples: ['00:00:5e'],
        }),
      ),
      separator: Type.Optional(
        Type.Union([Type.Literal(':'), Type.Literal('-'), Type.Literal('')], {
          description: 'Between octets',
          examples: ['-'],
        }),
      ),
    },
    { additionalProperties: false, description: 'A local MAC address, which no maker gives out' },
  ),
  check: ({ prefix }, { path, report }) => {
    if (prefix === undefined || PREFIX.test(prefix.toLowerCase())) return
    const hint = 'Write one to five octets, for example prefix: "00:00:5e"'
    report.problem(at(path, 'prefix'), `${quote(prefix)} is no beginning of a MAC address`, hint)
  },
  lower: ({ prefix, separator = ':' }) => ({
    type: 'mac',
    prefix: prefix?.toLowerCase().replaceAll(/[^0-9a-f]/g, '') ?? null,
    separator,
  }),
})

const user_agent = defineRule({
  columnTypes: TEXT_TYPES,
  later,
  schema: Type.Object(
    { type: Type.Literal('user_agent') },
    {
      additionalProperties: false,
      description: 'What a browser calls itself, common ones more often',
    },
  ),
  lower: () => ({ type: 'user_agent' }),
})

export const INTERNET_RULES = {
  domain: named('domain', 'A domain that is reserved for examples'),
  url: named('url', 'An address of a page at a domain that is reserved for examples'),
  ip,
  ipv6,
  mac,
  user_agent,
}
