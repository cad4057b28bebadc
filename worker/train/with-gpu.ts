// A training on the GPU of its machine, or, where that does not work, on the processor: before it begins or in its midst.

import { AppError } from '#engine/errors.ts'
import { deviceFor } from '#engine/tensor/on-gpu.ts'
import type { Gpu, SessionOptions } from '#engine/tensor/session.ts'
import type { TrainingDevice } from './messages.ts'

const REFUSAL_LENGTH_MAX = 300

type Options = {
  /** Told before each try. */
  onDevice: (device: TrainingDevice) => void
  /** Resolves if the GPU can be computed on. */
  tryGpu?: ((gpu: Gpu) => Promise<void>) | undefined
}

/**
 * What `work` resolves with: on the GPU, or once more from its beginning on the processor if the runtime failed there (the
 * memory of a GPU is shared, and small). Errors of ours are about the data, not the device: they are thrown.
 */
export async function withGpu<T>(
  gpu: Gpu | null,
  work: (session: SessionOptions) => Promise<T>,
  { onDevice, tryGpu }: Options,
): Promise<T> {
  const { session, refusal } = await deviceFor(gpu, tryGpu)
  onDevice({ gpu: session.gpu?.name ?? null, refusal })
  try {
    return await work(session)
  } catch (error) {
    if (!session.gpu || error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    onDevice({ gpu: null, refusal: reason.slice(0, REFUSAL_LENGTH_MAX) })
    return work({})
  }
}
