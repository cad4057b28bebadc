// The JSON Schema of configs that editors complete from: the very types that the readers check against.
import { DatasetConfigSchema } from './schema.ts'

/** Draft 2020-12, as JSON text. It knows each key by its first name; what has to hold between keys only the readers know. */
export function publishedSchema(): string {
  return JSON.stringify(DatasetConfigSchema)
}
