import { open, rename, rm } from 'fs/promises'

/**
 * Writes a new file beside the old one, and renames it. When it is interrupted, the old file or the new one is there,
 * never a part of it. Not to be called twice at the same time for one path.
 * @param mode the permissions of the file
 * @default 0o600: only its owner may read it
 * @throws what the file system says
 */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.new`
  // A file that an earlier run left there may be a link, or readable by others.
  await rm(temporary, { force: true })
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
