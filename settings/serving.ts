// Settings of coordinators and of the parts process.

import { parseHostEntry } from './host-entry.ts'
import {
  addresses,
  bytes,
  digits,
  flag,
  gatewayUrl,
  host,
  httpUrl,
  list,
  matching,
  number,
  port,
  seconds,
  text,
  whole,
} from './kinds.ts'
import { logLevel } from './log-level.ts'
import { apiKey, masterKey } from './secrets.ts'
import type { Setting } from './setting.ts'

const DRAIN_SECONDS_MAX = 300
const CHUNK_ROWS_MAX = 1_000_000
const RETRIES_MAX = 100

/** Without what the bucket's server is told. */
type Store = { kind: 'folder'; dir: string } | { kind: 's3'; bucket: string }

const store: Setting<Store> = {
  allowed: 'folder:<directory> or s3:<bucket>',
  read: (given) => {
    const [, kind, place = ''] = /^(folder|s3):(.+)$/.exec(given) ?? []
    if (kind === undefined) return null
    return kind === 's3' ? { kind, bucket: place } : { kind: 'folder', dir: place }
  },
}

const databaseUrl = matching(
  /^(postgres(ql)?:|socket:|\/)/i,
  'a URL that begins with postgresql://',
)

/** Of every process that is connected with both. */
export const BACKENDS = {
  LOG_LEVEL: logLevel,
  SYNDATA_NAME: text,
  DATABASE_URL: databaseUrl,
  TEMPORAL_ADDRESS: host,
  TEMPORAL_NAMESPACE: text,
  TEMPORAL_UI_URL: httpUrl,
  SYNDATA_ALLOW_PRIVATE_HOSTS: flag,
  SYNDATA_DATABASE_HOSTS: list(
    parseHostEntry,
    'a list of public, hosts, addresses and ranges, each with or without a port',
  ),
  SYNDATA_SECRETS_DIR: text,
  SYNDATA_SQLITE_DIR: text,
}

const LISTENERS = {
  SYNDATA_HTTP_HOST: text,
  SYNDATA_HTTP_PORT: port,
  SYNDATA_PUBLIC_URL: httpUrl,
  SYNDATA_FLEET_HOST: text,
  SYNDATA_FLEET_PORT: port,
  SYNDATA_FLEET_ADDRESSES: addresses,
  SYNDATA_PARTS_HOST: text,
  SYNDATA_PARTS_PORT: port,
  SYNDATA_PARTS_URL: httpUrl,
  SYNDATA_DRAIN_SECONDS: seconds(0, DRAIN_SECONDS_MAX),
}

const STORES = {
  SYNDATA_STORE: store,
  S3_ENDPOINT: httpUrl,
  S3_REGION: text,
  S3_ACCESS_KEY_ID: text,
  S3_SECRET_ACCESS_KEY: text,
  SYNDATA_PART_MAX_BYTES: bytes,
  SYNDATA_DATASET_MAX_BYTES: bytes,
  SYNDATA_PROJECT_DATASET_BYTES: bytes,
  SYNDATA_CHECKPOINT_SECONDS: whole(0, 3_600),
}

const PUBLISHERS = {
  SYNDATA_IPFS_LISTEN: list(
    (entry) => (entry.startsWith('/') ? entry : null),
    'a list of multiaddrs, such as /ip4/0.0.0.0/tcp/4001',
  ),
  SYNDATA_IPFS_GATEWAYS: list(gatewayUrl.read, 'a list of URLs with {cid} in each'),
  KUBO_RPC_URL: httpUrl,
  PINATA_JWT: text,
  PINATA_UPLOAD_URL: httpUrl,
  PINATA_GATEWAY: gatewayUrl,
  ARWEAVE_URL: httpUrl,
  ARWEAVE_WALLET_FILE: text,
  SYNDATA_ARWEAVE_BUDGET_WINSTON: digits,
}

/** How jobs are cut, and how often their work is tried. */
const WORK = {
  SYNDATA_CHUNK_ROWS: whole(1, CHUNK_ROWS_MAX),
  SYNDATA_LEASE_TIMEOUT_SECONDS: seconds(1, 3_600),
  SYNDATA_RETRIES: whole(0, RETRIES_MAX),
  SYNDATA_RETRY_DELAY_SECONDS: seconds(0.1, 3_600),
  SYNDATA_RETRY_BACKOFF: number(1, 10),
}

export const SERVING = {
  ...BACKENDS,
  ...LISTENERS,
  ...STORES,
  ...PUBLISHERS,
  ...WORK,
  SYNDATA_MASTER_KEY: masterKey,
  SYNDATA_ADMIN_EMAIL: text,
  SYNDATA_ADMIN_PASSWORD: text,
  SYNDATA_ADMIN_API_KEY: apiKey,
}
