import { open, rename, rm } from 'fs/promises'

/**
 * Writes a file aside, then renames it: whenever it is cut short, the old file or the new one is there, never half of
 * it. Not to be called for one path twice at once.
 * @param mode who may read it: only its owner without it
 * @throws what the file system says
 */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const aside = `${path}.new`
  // What lies there from an earlier time may lead elsewhere, or be open to others.
  await rm(aside, { force: true })
  const file = await open(aside, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(aside, path)
}
