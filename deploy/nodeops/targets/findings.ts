// Words that findings of several targets share: which other targets can do what one cannot.
import type { Deployment, ServiceSpec } from '../deployment.ts'
import type { Finding } from '../target.ts'

export const WITH_GPUS = 'kubernetes, akash, compose and local on a machine with a GPU'
export const WITH_SCALING = 'local and kubernetes'
export const WITH_REGIONS = 'kubernetes, akash and createos (virtual machines)'
export const WITH_VOLUMES = 'local, compose and kubernetes'
export const WITH_ALL_SERVICES = 'local, compose and kubernetes'

export const finding = (
  severity: Finding['severity'],
  service: string | null,
  message: string,
): Finding => ({ severity, service, message })

/** The finding where the condition holds. */
export const when = (condition: boolean, found: () => Finding): Finding[] =>
  condition ? [found()] : []

const IMAGE = /^[a-z0-9]([\w.:/@-]{0,510}[\w])?$/i

/** Of targets that fetch images from registries: each service needs one that can be fetched without a login. */
export function imageFindings({ services }: Deployment, target: string): Finding[] {
  return services.flatMap(({ name, role, image }) => {
    if (image === null)
      return [finding('error', name, `${target} runs images; write image: of a public registry`)]
    if (!IMAGE.test(image))
      return [finding('error', name, `${image} is not a reference of an image`)]
    if (image.includes('/') || role === 'postgres') return []
    const message = `${image} has no user and no registry, so it means docker.io/library/${image}: push it and name it in full`
    return [finding('warning', name, message)]
  })
}

/** A worker that dials out needs to know where, and a token. */
export function dialFindings({ name, env }: ServiceSpec): Finding[] {
  const missing = ['SYNDATA_COORDINATOR', 'SYNDATA_TOKEN'].filter((variable) => !(variable in env))
  return missing.map((variable) =>
    finding(
      'error',
      name,
      `workers here dial out to a coordinator elsewhere: write ${variable} in env`,
    ),
  )
}
