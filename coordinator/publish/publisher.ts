// What publishing means to whoever asks for it: one interface over our own node, kubo and pinning services.

/** `queued` and `pinning`: accepted, not done yet. */
export type PublishStatus = 'queued' | 'pinning' | 'pinned'

export type PublishRequest = {
  /** CID of the tree to publish. */
  root: string
  /** A name for people. */
  name: string
  /** Length of what `openCar` gives. */
  carBytes: number
  /** The tree as a CARv1, from its beginning at each call. */
  openCar: (options: { signal: AbortSignal }) => AsyncIterable<Uint8Array>
}

/** `ref`: the service's own name for the upload, for `status` and `remove`. `urls`: where people can read it. */
export type Receipt = { ref: string | null; status: PublishStatus; urls: string[] }

type Options = { signal: AbortSignal }

/**
 * All calls may be repeated: publishing twice is publishing once, removing what is gone is no error. Refusals, failures
 * after the last try and a service that computes another CID reject with AppError `publish_failed`.
 */
export type Publisher = {
  name: string
  publish: (request: PublishRequest, options: Options) => Promise<Receipt>
  /** `failed`: the service does not have it, or no longer. */
  status: (ref: string, options: Options) => Promise<PublishStatus | 'failed'>
  remove: (ref: string, options: Options) => Promise<void>
}

/** The gateway URLs of a CID; templates have `{cid}` where it goes. */
export function gatewayUrls(templates: readonly string[], cid: string): string[] {
  return templates.map((template) => template.replaceAll('{cid}', cid))
}
