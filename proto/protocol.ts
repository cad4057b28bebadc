// The version of the fleet's protocol, and who understands whom. A minor version adds messages and fields that the
// other side may leave unread; whatever changes what is there already is a new major version.

export type ProtocolVersion = { major: number; minor: number }

/** 1.1: both sides say their version, a worker says when it begins to leave, and how many of its results are on their way. */
export const PROTOCOL: ProtocolVersion = { major: 1, minor: 1 }
/** The oldest that is still served; raised when a release drops what older workers need. */
export const OLDEST_SERVED: ProtocolVersion = { major: 1, minor: 0 }
/** What a side speaks that says nothing. */
const UNSAID: ProtocolVersion = { major: 1, minor: 0 }

/** What a peer said of itself, if it did. */
export const versionOf = (told: ProtocolVersion | undefined): ProtocolVersion =>
  told === undefined ? UNSAID : { major: told.major, minor: told.minor }

/** Whether a coordinator serves this worker: any minor from the oldest on, also one newer than its own. */
export function judge(worker: ProtocolVersion): 'served' | 'outdated' | 'too new' {
  if (worker.major > PROTOCOL.major) return 'too new'
  return isOlder(worker, OLDEST_SERVED) ? 'outdated' : 'served'
}

const isOlder = (a: ProtocolVersion, b: ProtocolVersion): boolean =>
  a.major < b.major || (a.major === b.major && a.minor < b.minor)

/** For people: 1.0. */
export const versionText = ({ major, minor }: ProtocolVersion): string => `${major}.${minor}`
