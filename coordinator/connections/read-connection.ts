// Reads the body of a new connection: everything wrong with it is found in one pass, and none of it shows a secret.

import { isIP } from 'node:net'
import { createCheck, invalidRequest } from '#coordinator/http/validation.ts'
import type { Problem } from '#engine/errors.ts'
import { isHostName } from '#settings/host-entry.ts'
import type { ConnectionOptions, TlsMode } from './connection.ts'
import {
  NAME_MAX,
  NewConnectionBody,
  type NewConnectionFields,
  OPTION_DEFAULTS,
} from './connection-body.ts'
import { parseConnectionUrl } from './connection-url.ts'

type ServerPlace = {
  kind: 'postgresql' | 'mysql'
  host: string
  port: number
  database: string
  user: string
  tls: TlsMode
}

type FilePlace = { kind: 'sqlite'; file: string }

export type NewConnection = {
  name: string
  projectId: string | null
  place: ServerPlace | FilePlace
  password: { text: string } | { ref: string } | null
  options: ConnectionOptions
}

const check = createCheck(NewConnectionBody)
const PORTS = { postgresql: 5432, mysql: 3306 }
const OF_SERVERS = [
  'url',
  'host',
  'port',
  'database',
  'user',
  'password',
  'password_ref',
  'tls',
] as const
const IN_URLS = ['host', 'port', 'database', 'user'] as const

/** Throws AppError `invalid_request` with every problem. */
export function readNewConnection(body: unknown): NewConnection {
  const sent = body ?? {}
  const wrong = check(sent, '')
  const broken = new Set(wrong.map(({ path }) => path.split('/')[1] ?? ''))
  if (broken.has('')) throw invalidRequest(wrong)
  const valid = Object.fromEntries(Object.entries(sent).filter(([name]) => !broken.has(name)))
  const fields = valid as Partial<NewConnectionFields>
  const problems = [...wrong]
  const place = placeOf(fields, broken, problems)
  if (problems.length > 0 || place === null) throw invalidRequest(problems)
  const { name = '', project_id = null, password, password_ref: ref, options } = fields
  const text = password ?? place.password
  return {
    name,
    projectId: project_id,
    place: place.place,
    password: text !== undefined ? { text } : ref !== undefined ? { ref } : null,
    options: { ...OPTION_DEFAULTS, ...options },
  }
}

type Fields = Partial<NewConnectionFields>
type Found = { place: ServerPlace | FilePlace; password?: string | undefined }

function placeOf(fields: Fields, broken: Set<string>, problems: Problem[]): Found | null {
  const add = (name: string, message: string, hint: string) => {
    if (!broken.has(name)) problems.push({ path: `/${name}`, message, hint })
  }
  if (fields.password !== undefined && fields.password_ref !== undefined)
    add('password_ref', 'password_ref stands in place of password', 'Send one of the two.')
  if (fields.kind === 'sqlite') return fileOf(fields, add)
  if (fields.file !== undefined)
    add('file', 'file is of SQLite', 'Leave it out, or set kind: sqlite.')
  const given = partsOf(fields, broken, add)
  if (given === null) return null
  const place = serverOf(given, add)
  const { tls, host } = place
  if (tls === 'verify' && place.kind === 'mysql' && isIP(host) !== 0)
    add('tls', 'verify needs a host name with MySQL', 'Write the name that the certificate has.')
  return { place, password: given.password }
}

type Add = (name: string, message: string, hint: string) => void

function fileOf(fields: Fields, add: Add): Found {
  for (const name of OF_SERVERS) {
    if (fields[name] !== undefined)
      add(name, `${name} is of servers`, 'With kind: sqlite send file.')
  }
  if (fields.file === undefined) add('file', 'file is missing', 'For example orders.db.')
  return { place: { kind: 'sqlite', file: fields.file ?? '' } }
}

type Parts = Partial<ServerPlace> & { password?: string | undefined; at: (name: string) => string }

/** From the URL or from the fields; `at` says which field a part was sent in. */
function partsOf(fields: Fields, broken: Set<string>, add: Add): Parts | null {
  const { kind, host, port, database, user, tls } = fields
  if (fields.url === undefined) {
    if (broken.has('url')) return null
    if (kind === undefined)
      add('kind', 'kind is missing', 'Use one of postgresql, mysql, sqlite; or send url.')
    const said = Object.entries({ kind, host, port, database, user, tls })
    return {
      ...Object.fromEntries(said.filter(([, value]) => value !== undefined)),
      at: (name) => name,
    }
  }
  for (const name of IN_URLS) {
    if (fields[name] !== undefined)
      add(name, `url stands in place of ${name}`, 'Send one of the two.')
  }
  const parts = parseConnectionUrl(fields.url)
  if ('wrong' in parts) {
    add('url', parts.wrong, 'Write postgresql://user:password@host:port/database?sslmode=prefer.')
    return null
  }
  if (kind !== undefined && kind !== parts.kind)
    add('kind', `url is of ${parts.kind}`, 'Leave kind out.')
  if (tls !== undefined && parts.tls !== undefined)
    add('tls', 'url has sslmode already', 'Send one of the two.')
  if (parts.password !== undefined && (fields.password ?? fields.password_ref) !== undefined)
    add('url', 'url has a password already', 'Send one password.')
  return { ...(tls === undefined ? {} : { tls }), ...parts, at: () => 'url' }
}

const MISSING_HINTS = {
  host: 'A host name or an address.',
  database: 'The name of the database on its server.',
  user: 'The user of the database.',
}

function serverOf(parts: Parts, add: Add): ServerPlace {
  const { kind = 'postgresql', tls = 'prefer', at } = parts
  for (const name of ['host', 'database', 'user'] as const) {
    if (!parts[name]) add(at(name), `${name} is missing`, MISSING_HINTS[name])
    else if ((parts[name].length > NAME_MAX && name !== 'host') || /\0/.test(parts[name]))
      add(at(name), `${name} is not a name`, `At most ${NAME_MAX} characters.`)
  }
  const { host = '', port = PORTS[kind], database = '', user = '' } = parts
  if (host && (isIP(host) === 0 ? !isHostName(host) : host.includes('%')))
    add(at('host'), 'This is no host', 'Write a host name or an address, without port or brackets.')
  return { kind, host, port, database, user, tls }
}
