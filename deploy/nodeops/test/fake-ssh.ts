// An `ssh` for tests, first on the PATH: it runs the script that it is given beside a `docker` that only remembers, so that
// the script itself is what is tested. Each machine is a folder by the name of its key.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'

export type FakeSsh = {
  keyFile: string
  /** Arguments and script of every call, in no order. */
  calls: () => { args: string; script: string }[]
  machines: () => string[]
  /** A file of a machine: `running`, `worker.env`, `docker.log`; null when it is not there. */
  read: (machine: string, file: string) => string | null
  /** Calls that get no connection from now on, all machines together. */
  refuse: (count: number) => void
}

const SSH = `#!/bin/bash
set -eu
state=STATE
strict= known= alias= last=
while [ $# -gt 1 ]; do
  case "$1" in
    -o) case "$2" in
        BatchMode=yes|IdentitiesOnly=yes|ConnectTimeout=*|ServerAlive*) ;;
        StrictHostKeyChecking=yes|StrictHostKeyChecking=accept-new) strict="\${2#*=}" ;;
        UserKnownHostsFile=*) known="\${2#*=}" ;;
        HostKeyAlias=*) alias="\${2#*=}" ;;
        *) echo "unknown option $2" >&2; exit 64 ;;
      esac; seen="\${seen:-} $2"; shift 2 ;;
    -T) shift ;;
    -i) [ -f "$2" ] || { echo "no key $2" >&2; exit 64; }; shift 2 ;;
    root@192.0.2.*) last="$1"; shift ;;
    *) echo "unknown argument $1" >&2; exit 64 ;;
  esac
done
[ "$1" = "sh -s" ] && [ -n "$strict" ] && [ -n "$known" ] && [ -n "$alias" ] && [ -n "$last" ] || exit 64
machine="$state/machines/$alias"
for refusal in "$state"/refusals/*; do
  # Whoever takes the file away is refused by it: calls come at once.
  if rm "$refusal" 2>/dev/null; then echo "connect to host: Connection refused" >&2; exit 255; fi
done
if ! grep -qsx "$alias" "$known"; then
  if [ "$strict" = yes ]; then echo "Host key verification failed." >&2; exit 255; fi
  echo "$alias" >> "$known"
fi
mkdir -p "$machine/bin"
ln -sf "$state/docker" "$machine/bin/docker"
call=$(mktemp "$state/calls/XXXXXX")
cat > "$call.script"
echo "$last\${seen:-}" > "$call.args"
rm "$call"
export MACHINE="$machine" PATH="$machine/bin:$PATH"
sed "s#/etc/syndata#$machine#g" "$call.script" > "$machine/script"
exec sh "$machine/script"
`

const DOCKER = `#!/bin/sh
echo "$*" >> "$MACHINE/docker.log"
case "$1" in
  inspect) [ -f "$MACHINE/running" ] || exit 1
    case "$3" in
      *Labels*) echo "$(cat "$MACHINE/running") $(cat "$MACHINE/told")" ;;
      *) cat "$MACHINE/running" ;;
    esac ;;
  pull) case "$3" in *missing*) echo "manifest unknown" >&2; exit 1 ;; esac ;;
  stop) [ -f "$MACHINE/running" ] || exit 1; echo false > "$MACHINE/running" ;;
  rm) rm -f "$MACHINE/running" ;;
  run) [ ! -f "$MACHINE/running" ] || { echo "the name is in use" >&2; exit 125; }
    for word in "$@"; do case "$word" in syndata.told=*) echo "\${word#*=}" > "$MACHINE/told" ;; esac; done
    [ -f "$MACHINE/worker.env" ] || exit 125
    echo true > "$MACHINE/running" ;;
  logs) [ -f "$MACHINE/running" ] || exit 1
    i=0; while [ $i -lt "$3" ]; do i=$((i + 1)); echo "line $i"; done
    if [ "$4" = -f ]; then exec sleep 60; fi ;;
  *) echo "unknown: $*" >&2; exit 64 ;;
esac
`

/** First on the PATH of this process until the test ends. */
export function installFakeSsh(t: TestContext): FakeSsh {
  const state = mkdtempSync(path.join(tmpdir(), 'ssh-'))
  const bin = path.join(state, 'bin')
  for (const folder of ['bin', 'machines', 'calls', 'refusals']) mkdirSync(path.join(state, folder))
  const put = (file: string, text: string): void => {
    writeFileSync(file, text)
    chmodSync(file, 0o755)
  }
  put(path.join(bin, 'ssh'), SSH.replace('STATE', state))
  put(path.join(state, 'docker'), DOCKER)
  const keyFile = path.join(state, 'id_ed25519')
  writeFileSync(keyFile, 'the private half')
  writeFileSync(`${keyFile}.pub`, 'ssh-ed25519 AAAA me\n')
  const before = process.env['PATH']
  process.env['PATH'] = `${bin}:${before}`
  t.after(() => {
    process.env['PATH'] = before
    rmSync(state, { recursive: true, force: true })
  })
  const calls = path.join(state, 'calls')
  return {
    keyFile,
    calls: () =>
      readdirSync(calls)
        .filter((name) => name.endsWith('.args'))
        .map((name) => ({
          args: readFileSync(path.join(calls, name), 'utf8'),
          script: readFileSync(path.join(calls, name.replace('.args', '.script')), 'utf8'),
        })),
    machines: () => readdirSync(path.join(state, 'machines')),
    read: (machine, file) => {
      const found = path.join(state, 'machines', machine, file)
      return existsSync(found) ? readFileSync(found, 'utf8') : null
    },
    refuse: (count) => {
      for (let i = 0; i < count; i++) writeFileSync(path.join(state, 'refusals', String(i)), '')
    },
  }
}
