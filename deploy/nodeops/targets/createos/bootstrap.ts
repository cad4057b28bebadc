// What a virtual machine is told over ssh: pure texts of shell scripts.
import type { ServiceSpec } from '../../deployment.ts'
import { digestOf } from '../../digest.ts'

const CONTAINER = 'syndata-worker'
const ENV_FILE = '/etc/syndata/worker.env'
const ENV_END = 'SYNDATA_ENV_END'
/** A worker that is told to stop is killed after it, and has most of it for its chunks. */
export const STOP_S = 60
export const DRAIN_S = 50

const INSPECT_TOLD = `docker inspect -f '{{.State.Running}} {{index .Config.Labels "syndata.told"}}' ${CONTAINER} 2>/dev/null || true`

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export type Told = Pick<ServiceSpec, 'image' | 'volumes'> & { variables: Record<string, string> }

/** Names everything that the container was started with; the same again is left alone. */
export const toldDigestOf = ({ image, volumes, variables }: Told): string =>
  digestOf([image, volumes, variables], 16)

/**
 * Installs Docker where there is none, and has the worker run as told: one that runs so already is left alone, another
 * one stops first, in order. No value has line breaks, that is checked before.
 */
export function bootstrapScript(told: Told): string {
  const { image, volumes, variables } = told
  const digest = toldDigestOf(told)
  const mounts =
    volumes.length > 0
      ? volumes.map(({ name, mountPath }) => `-v ${quote(`syndata-${name}:${mountPath}`)}`)
      : ['-v syndata-data:/data']
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
  return `set -eu
if ! command -v docker >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=120 update -qq
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq docker.io
fi
now=$(${INSPECT_TOLD})
if [ "$now" = "true ${digest}" ]; then exit 0; fi
umask 077
mkdir -p /etc/syndata
cat > ${ENV_FILE} <<'${ENV_END}'
${lines.join('\n')}
${ENV_END}
docker pull -q ${quote(image ?? '')}
docker stop -t ${STOP_S} ${CONTAINER} >/dev/null 2>&1 || true
docker rm -f ${CONTAINER} >/dev/null 2>&1 || true
docker run -d --name ${CONTAINER} --label syndata.told=${digest} --restart unless-stopped \\
  --stop-timeout ${STOP_S} --env-file ${ENV_FILE} --read-only --tmpfs /tmp --cap-drop ALL \\
  --security-opt no-new-privileges ${mounts.join(' ')} ${quote(image ?? '')} >/dev/null
`
}

/** Prints true and the digest of what it was told while the worker runs. */
export const TOLD_SCRIPT = `${INSPECT_TOLD}\n`

/** Prints true while the worker runs. */
export const RUNNING_SCRIPT = `docker inspect -f '{{.State.Running}}' ${CONTAINER} 2>/dev/null || true\n`

/** Ends when the worker has finished what it had begun. */
export const STOP_SCRIPT = `docker stop -t ${STOP_S} ${CONTAINER} >/dev/null 2>&1 || true\n`

export const logsScript = (lines: number, follow: boolean): string =>
  `exec docker logs --tail ${lines} ${follow ? '-f ' : ''}${CONTAINER} 2>&1\n`
