// Several trainings on a machine with several GPUs take one each.

import type { Gpu } from '#engine/tensor/session.ts'

/** The GPU with the fewest trainings, the first of them; null where there is none. */
export function idlestGpu(
  gpus: readonly Gpu[],
  trainings: readonly { gpu: Gpu | null }[],
): Gpu | null {
  const load = ({ device }: Gpu) => trainings.filter(({ gpu }) => gpu?.device === device).length
  return gpus.toSorted((a, b) => load(a) - load(b))[0] ?? null
}
