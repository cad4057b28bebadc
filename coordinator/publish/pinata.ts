// Publishing to Pinata (API v3): the tree as a CAR, in one form if it is small enough, else by the TUS protocol.
import { AppError } from '#engine/errors.ts'
import { carForm } from './multipart.ts'
import { gatewayUrls, type Publisher, type PublishRequest } from './publisher.ts'
import { checkCid, createService, jsonOf, type ServiceDeps } from './service.ts'
import { uploadByTus } from './tus.ts'

/** `url`: of uploads. `gateway`: template of the receipt's URL. `apiUrl`: of everything else. */
export type PinataSettings = {
  jwt: string
  url: string
  gateway: string
  apiUrl?: string
  firstPauseMs?: number
  maxFormBytes?: number
  tusPieceBytes?: number
}

const API_URL = 'https://api.pinata.cloud/v3'
// The largest CAR in one form that the service takes.
const MAX_FORM_BYTES = 94_371_840
const TUS_PIECE_BYTES = 32 * 1024 * 1024
// Uploads are private by default, where no gateway finds them.
const NETWORK = 'public'

export function createPinataPublisher(deps: ServiceDeps, settings: PinataSettings): Publisher {
  const service = createService('pinata', deps)
  const authorization = { authorization: `Bearer ${settings.jwt}` }
  const files = `${settings.apiUrl ?? API_URL}/files/${NETWORK}`
  const pause = settings.firstPauseMs === undefined ? {} : { firstPauseMs: settings.firstPauseMs }
  const api = (method: string, path: string, signal: AbortSignal, also: number[] = []) =>
    service.call(`${files}${path}`, () => ({ method, headers: authorization }), {
      signal,
      ...pause,
      also,
    })

  const sendForm = async (request: PublishRequest, signal: AbortSignal): Promise<string> => {
    const fields = { network: NETWORK, name: request.name, car: 'true' }
    const form = () => {
      const { headers, body } = carForm(fields, request, { signal })
      return { method: 'POST', headers: { ...headers, ...authorization }, body }
    }
    const { text } = await service.call(settings.url, form, { signal, ...pause })
    const { data } = jsonOf('pinata', text) as { data?: { id?: string; cid?: string } }
    checkCid('pinata', data?.cid, request.root)
    return idOf(data?.id)
  }

  const sendPieces = async (request: PublishRequest, signal: AbortSignal): Promise<string> => {
    const cid = await uploadByTus(
      { service, headers: authorization },
      { url: settings.url, pieceBytes: settings.tusPieceBytes ?? TUS_PIECE_BYTES, ...pause },
      {
        bytes: request.carBytes,
        open: () => request.openCar({ signal }),
        metadata: {
          filename: request.name,
          filetype: 'application/vnd.ipld.car',
          network: NETWORK,
          car: 'true',
        },
      },
      { signal },
    )
    checkCid('pinata', cid, request.root)
    const { text } = await api('GET', `?cid=${request.root}&limit=1`, signal)
    const { data } = jsonOf('pinata', text) as { data?: { files?: { id?: string }[] } }
    return idOf(data?.files?.[0]?.id)
  }

  return {
    name: 'pinata',
    async publish(request, { signal }) {
      const inOne = request.carBytes <= (settings.maxFormBytes ?? MAX_FORM_BYTES)
      const ref = await (inOne ? sendForm : sendPieces)(request, signal)
      const urls = [`ipfs://${request.root}`, ...gatewayUrls([settings.gateway], request.root)]
      return { ref, status: 'pinned', urls }
    },
    async status(ref, { signal }) {
      const { status } = await api('GET', `/${encodeURIComponent(ref)}`, signal, [404])
      return status === 404 ? 'failed' : 'pinned'
    },
    async remove(ref, { signal }) {
      await api('DELETE', `/${encodeURIComponent(ref)}`, signal, [404])
    },
  }
}

function idOf(id: string | undefined): string {
  if (!id) throw new AppError('publish_failed', 'pinata gave the upload no id')
  return id
}
