import { existsSync } from 'fs'
import { readdir, readFile } from 'fs/promises'
import { basename, join } from 'path'
import { generateMetadata } from './metadata'
import { BANNER, generateTypes } from './types'
import type { TypedDefinition } from './types'

/** A generated file that differs from what the generators write. */
interface Change {
  /** Its path below the destination's folder */
  path: string
  /** The right content, or undefined when the generators no longer write the file */
  content?: string
}

/** Compares a destination's folder with what the monorepo's generators write there. */
export async function findChanges(definition: TypedDefinition, folder: string): Promise<Change[]> {
  const files = await generateTypes(definition, (name) => existsSync(join(folder, name)))
  files.set('metadata.json', generateMetadata(definition, basename(folder)))
  const changes: Change[] = []
  for (const [path, content] of files) {
    if ((await readIfThere(join(folder, path))) !== content) {
      changes.push({ path, content })
    }
  }
  for (const path of await readdir(folder, { recursive: true })) {
    if (!files.has(path) && /(^|[\\/])([^\\/]+\.types|generated-types)\.ts$/.test(path)) {
      const text = await readFile(join(folder, path), 'utf8')
      changes.push(...(text.startsWith(BANNER) ? [{ path }] : []))
    }
  }
  return changes
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
