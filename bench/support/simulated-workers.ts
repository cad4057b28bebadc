// Entry of a process that is many workers at once, as a coordinator sees them: each enrols, proves who it is, keeps a
// stream and beats its heart once a second. They have a slot each and no compute threads: give their region no work.
// `node simulated-workers.ts <count> <name>`, the token in SYNDATA_TOKEN; prints `connected` and ends with SIGTERM.

import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type { Work } from '#worker/conversation.ts'
import { ensureEnrolled } from '#worker/enroll.ts'
import type { Identity, IdentityFile } from '#worker/identity.ts'
import type { Leases } from '#worker/leases.ts'
import { describeMachine, type Machine } from '#worker/machine.ts'
import { createOutbox, type ToCoordinator } from '#worker/outbox.ts'
import { createSession, type Session } from '#worker/session.ts'
import { createSpecs } from '#worker/specs.ts'
import { createTrainingReports } from '#worker/train/training-reports.ts'
import { createUploadRequests } from '#worker/upload-requests.ts'

/** At once, so that enrolment is a crowd and not an attack. */
const AT_ONCE = 20

const log = pino({ level: 'silent' })

function identityInMemory(): IdentityFile {
  let identity: Identity = {
    privateKey: generateKeyPairSync('ed25519').privateKey,
    membership: null,
  }
  return {
    load: async () => identity,
    async save(changed) {
      identity = changed
    },
  }
}

const NO_LEASES: Leases = {
  assign: () => undefined,
  cancel: () => undefined,
  pump: () => undefined,
  running: () => [],
  finish: async () => undefined,
  close: async () => undefined,
}

function workOf(session: Session): Work {
  const send = (message: ToCoordinator) => session.send(message)
  return {
    specs: createSpecs(),
    outbox: createOutbox({ send }),
    uploads: createUploadRequests({ send }),
    trainings: createTrainingReports({ send }),
    leases: NO_LEASES,
  }
}

async function join(name: string, machine: Machine, signal: AbortSignal): Promise<Session> {
  const token = process.env['SYNDATA_TOKEN'] ?? ''
  const options = { token, addresses: [], name, signal }
  const enrolled = await ensureEnrolled({ file: identityInMemory(), machine, log }, options)
  const { addresses } = enrolled.membership
  const session = createSession({ enrolled, machine, log }, { addresses, slots: 1 })
  session.run(workOf(session)).catch((error: Error) => {
    process.stderr.write(`${name}: ${error.message}\n`)
    process.exit(1)
  })
  return session
}

const [count = '1', prefix = 'simulated'] = process.argv.slice(2)
const stop = new AbortController()
process.once('SIGTERM', () => process.exit(0))
const machine = await describeMachine()
const names = Array.from({ length: Number(count) }, (_, i) => `${prefix}-${i + 1}`)
const sessions: Session[] = []
while (names.length > 0) {
  const some = names.splice(0, AT_ONCE)
  sessions.push(...(await Promise.all(some.map((name) => join(name, machine, stop.signal)))))
}
while (!sessions.every((session) => session.state() === 'serving')) await delay(50)
process.stdout.write('connected\n')
