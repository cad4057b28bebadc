// The development gateway: one process that answers as the Arweave network does for what publishing uses.
// node scripts/arweave-dev.ts --port 1984 --data-dir var/arweave [--host 127.0.0.1] [--confirm-delay-ms 0]
// The same as environment: ARWEAVE_DEV_PORT, ARWEAVE_DEV_DATA_DIR, ARWEAVE_DEV_HOST, ARWEAVE_DEV_CONFIRM_DELAY_MS.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { openGateway } from './arweave-dev/gateway.ts'
import { createGatewayServer } from './arweave-dev/server.ts'

const GRACE_MS = 3_000
const { env } = process
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: env['ARWEAVE_DEV_PORT'] ?? '1984' },
    host: { type: 'string', default: env['ARWEAVE_DEV_HOST'] ?? '127.0.0.1' },
    'data-dir': { type: 'string', default: env['ARWEAVE_DEV_DATA_DIR'] ?? 'var/arweave' },
    'confirm-delay-ms': { type: 'string', default: env['ARWEAVE_DEV_CONFIRM_DELAY_MS'] ?? '0' },
  },
})

const gateway = openGateway({
  dataDir: values['data-dir'],
  confirmDelayMs: Number(values['confirm-delay-ms']),
})
const server = createGatewayServer(gateway, (line) => process.stderr.write(`${line}\n`))
server.listen(Number(values.port), values.host)
await once(server, 'listening')
const { port } = server.address() as AddressInfo
process.stdout.write(`arweave gateway listening on http://${values.host}:${port}\n`)

const closed = once(server, 'close')
const stop = (): void => {
  server.close()
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), GRACE_MS).unref()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
await closed
gateway.close()
