import { dirname, relative, resolve } from 'path'
import { InputError } from '../read/find-files'
import type { InputFile } from '../read/find-files'
import { digestOfContent } from '../read/content-digest'
import type { FileToRead } from '../read/read-all'
import type { Ledger } from './ledger'
import type { FinishedFile } from './ledger-file'

/** A file's name in a ledger: its path as seen from the ledger's folder. It is the same wherever that is mounted. */
export function nameInLedger(ledger: string, file: Pick<InputFile, 'path'>): string {
  return relative(dirname(resolve(ledger)), resolve(file.path))
}

interface Plan {
  /** The files that are to be read, each after what was delivered of it */
  files: FileToRead[]
  /** Files that were delivered under another name or time. Once recorded, they need not be read again. */
  recognized: Omit<FinishedFile, 'kind'>[]
}

/**
 * Leaves out the files that a ledger has, as their names, sizes and times say. When these differ, the content decides.
 * @throws InputError when a file that was delivered has changed
 */
export async function planFiles(files: readonly InputFile[], path: string, ledger: Ledger): Promise<Plan> {
  const plan: Plan = { files: [], recognized: [] }
  for (const file of files) {
    const name = nameInLedger(path, file)
    const { size, modifiedAt } = file
    const known = ledger.findFinished(name)
    if (known && size === known.size && modifiedAt === known.modifiedAt) {
      continue
    }
    const same = await findSame(file, known ? [known] : ledger.findFinishedBySize(size))
    if (same) {
      plan.recognized.push({ ...withoutKind(same), name, modifiedAt })
    } else if (known && size <= known.size) {
      throw new InputError(
        `${file.name} has changed since it was delivered on ${known.at.slice(0, 10)}. ` +
          'Get the old file again, or use --again to deliver all files.'
      )
    } else {
      // What was delivered of it is compared while it is read.
      const { position } = ledger
      plan.files.push({ ...file, after: known?.last ?? (position?.name === name ? position.at : undefined) })
    }
  }
  return plan
}

/** The one with the same content. Only files of the same size are read. */
async function findSame(file: InputFile, candidates: readonly FinishedFile[]): Promise<FinishedFile | undefined> {
  const sameSize = candidates.filter(({ size }) => size === file.size)
  if (sameSize.length === 0) {
    return undefined
  }
  const digest = await digestOfContent(file.path)
  return sameSize.find((candidate) => candidate.digest === digest)
}

function withoutKind({ kind: _, ...file }: FinishedFile): Omit<FinishedFile, 'kind'> {
  return file
}
