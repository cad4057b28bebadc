// Publishing to a kubo node by its RPC API: the tree as one CAR, imported and pinned.
import { AppError } from '#engine/errors.ts'
import { carForm } from './multipart.ts'
import { gatewayUrls, type Publisher } from './publisher.ts'
import { checkCid, createService, jsonOf, type ServiceDeps } from './service.ts'

/** `url`: base of the RPC API, with credentials if it needs them. `gateways`: templates for the URLs of the receipt. */
export type KuboSettings = {
  url: string
  gateways?: readonly string[]
  firstPauseMs?: number
}

type Root = { Root?: { Cid?: { '/'?: string }; PinErrorMsg?: string } }

export function createKuboPublisher(deps: ServiceDeps, settings: KuboSettings): Publisher {
  const service = createService('kubo', deps)
  const base = `${settings.url.replace(/\/+$/, '')}/api/v0`
  const pause = settings.firstPauseMs === undefined ? {} : { firstPauseMs: settings.firstPauseMs }
  const post = (path: string, signal: AbortSignal, also: number[] = []) =>
    service.call(`${base}/${path}`, () => ({ method: 'POST' }), { signal, ...pause, also })
  return {
    name: 'kubo',
    async publish(request, { signal }) {
      const { text } = await service.call(
        `${base}/dag/import?pin-roots=true&stats=true`,
        () => ({ method: 'POST', ...carForm({}, request, { signal }) }),
        { signal, ...pause },
      )
      checkImported(text, request.root)
      const urls = [`ipfs://${request.root}`, ...gatewayUrls(settings.gateways ?? [], request.root)]
      return { ref: request.root, status: 'pinned', urls }
    },
    async status(ref, { signal }) {
      // kubo answers 500 for a CID that is not pinned.
      const answer = await post(`pin/ls?arg=${ref}&type=recursive`, signal, [500])
      return answer.status === 200 ? 'pinned' : 'failed'
    },
    async remove(ref, { signal }) {
      const answer = await post(`pin/rm?arg=${ref}`, signal, [500])
      if (answer.status === 500 && !/not pinned/.test(answer.text)) {
        throw new AppError('publish_failed', 'kubo could not unpin')
      }
    },
  }
}

// The answer is a line of JSON per root, and an error line when the import broke after its head was sent.
function checkImported(text: string, root: string): void {
  for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
    const { Root } = jsonOf('kubo', line) as Root
    if (!Root) continue
    if (Root.PinErrorMsg) throw new AppError('publish_failed', 'kubo imported but could not pin')
    checkCid('kubo', Root.Cid?.['/'], root)
    return
  }
  throw new AppError('publish_failed', 'kubo imported no root')
}
