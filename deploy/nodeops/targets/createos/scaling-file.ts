// What a scheduler elsewhere needs to size the apps of a deployment: variables of its environment, written by every deploy
// beside the file. Without a secret: the key of the API is named, and set where the scheduler runs.
import { rmSync } from 'node:fs'
import path from 'node:path'
import { makeFolder, PRIVATE } from '#scripts/stack/make-folder.ts'
import type { Deployment } from '../../deployment.ts'
import { replaceFile } from '../../write-file.ts'
import { APP } from './sizes.ts'

export type ScalingFile = {
  /** Removes it where nothing is sized. */
  write: (deployment: Deployment, projectId: string | null) => void
  remove: () => void
  file: string
}

const SECRET = 'SYNDATA_SECRET_CREATEOS'

/** `url`: of the API, null for the one that schedulers know. */
export function createScalingFile(file: string, { url }: { url: string | null }): ScalingFile {
  const remove = (): void => rmSync(file, { force: true })
  return {
    file,
    remove,
    write: (deployment, projectId) => {
      const settings = projectId === null ? null : scalingSettings(deployment, projectId, url)
      if (!settings) return remove()
      makeFolder(path.dirname(file), PRIVATE)
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
      const head = `# Of the scheduler beside the coordinator; ${SECRET} is set there: a key of CreateOS's API.`
      replaceFile(file, `${[head, ...lines].join('\n')}\n`)
    },
  }
}

/** An app never has none: each region keeps one worker. */
function scalingSettings(
  { scaling, regions }: Deployment,
  projectId: string,
  url: string | null,
): Record<string, string> | null {
  if (!scaling) return null
  const asked = floorsIn(scaling.settings?.['SYNDATA_SCALING_REGIONS'] ?? '')
  const floors = regions.map(({ region }) => {
    const floor = Math.min(APP.replicas.max, Math.max(APP.replicas.min, asked.get(region) ?? 0))
    return `${region}=${floor}`
  })
  return {
    ...scaling.settings,
    SYNDATA_SCALING_REGIONS: floors.join(','),
    SYNDATA_SCALING_PROVIDER: `createos:${projectId}`,
    SYNDATA_SCALING_SECRET: `env:${SECRET}`,
    ...(url === null ? {} : { SYNDATA_SCALING_CREATEOS_URL: url }),
  }
}

const floorsIn = (text: string): Map<string, number> =>
  new Map(
    text.split(',').map((entry): [string, number] => {
      const [region = '', floor = '0'] = entry.split('=')
      return [region, Number(floor)]
    }),
  )
