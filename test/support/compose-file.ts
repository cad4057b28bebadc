// compose.yaml and the Dockerfile as a container engine would read them, for tests that run their processes without one.

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

const root = new URL('../../', import.meta.url)

export type ComposeService = {
  image: string
  platform?: string
  build?: { dockerfile: string; target: string }
  command?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, { condition: string }>
  ports?: string[]
  volumes?: string[]
  networks?: string[]
  profiles?: string[]
  read_only?: boolean
  cap_drop?: string[]
  stop_grace_period?: string
  healthcheck?: { test?: string[] }
  logging?: { driver: string; options: Record<string, string> }
}

export type ComposeFile = {
  services: Record<string, ComposeService>
  volumes: Record<string, unknown>
  networks: Record<string, unknown>
}

/** With `${NAME:-default}` and `${NAME:?message}` replaced. Throws for a variable that is needed and not given. */
export function readCompose(variables: Record<string, string>): ComposeFile {
  const text = readFileSync(new URL('compose.yaml', root), 'utf8')
  const interpolated = text.replaceAll(
    /\$\{(\w+)(:-|:\?)([^}]*)\}/g,
    (_, name: string, kind: string, rest: string) => {
      const value = variables[name] || (kind === ':-' ? rest : undefined)
      if (value === undefined) throw new Error(`${name}: ${rest}`)
      return value
    },
  )
  return parse(interpolated, { merge: true }) as ComposeFile
}

/** What a target of the Dockerfile sets and runs, those it is built upon included. */
export function imageOf(target: string): { env: Record<string, string>; command: string[] } {
  const dockerfile = readFileSync(new URL('deploy/images/Dockerfile', root), 'utf8')
  const stages = new Map(
    dockerfile
      .replaceAll(/\\\n\s*/g, '')
      .split(/^FROM /m)
      .slice(1)
      .map((text) => {
        const [, base = '', name = ''] = /^(\S+) AS (\S+)/.exec(text) ?? []
        return [name, { base, text }]
      }),
  )
  const stage = stages.get(target)
  if (!stage) return { env: {}, command: [] }
  const below = imageOf(stage.base)
  const set = [...stage.text.matchAll(/^ENV (.+)$/gm)].flatMap(([, pairs = '']) => pairs.split(' '))
  const command = /^CMD (\[.+\])$/m.exec(stage.text.replaceAll(/^HEALTHCHECK.*$/gm, ''))?.[1]
  return {
    env: { ...below.env, ...Object.fromEntries(set.map((pair) => pair.split('='))) },
    command: command === undefined ? below.command : (JSON.parse(command) as string[]),
  }
}
