// Entry: bundles the workflows into the file that it is given, or where coordinators of this release look for it. A process
// of its own, as the bundler takes a second and 180 MB, of which a coordinator would keep a good part.

import { renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'
import { workflowBundle } from './workflow-bundle.ts'

const [file] = process.argv.slice(2)
if (file === undefined) await workflowBundle()
else await bundleInto(file)

async function bundleInto(file: string): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  })
  writeFileSync(`${file}.${process.pid}`, code)
  renameSync(`${file}.${process.pid}`, file)
}
