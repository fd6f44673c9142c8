import { readFileSync } from 'fs'
import { join } from 'path'
import { parseJson } from '../common/parse-json'

/** Where package.json is, as seen from this file: compiled, and in the sources. */
const PLACES = [join(__dirname, '..', '..', 'package.json'), join(__dirname, '..', 'package.json')]

/** The version of this package. */
export function readVersion(): string {
  for (const place of PLACES) {
    const found = readPackage(place)
    if (found?.name === 'actions-ortto') {
      return String(found.version)
    }
  }
  return 'unknown'
}

function readPackage(path: string): { name?: unknown; version?: unknown } | undefined {
  try {
    const value = parseJson(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
