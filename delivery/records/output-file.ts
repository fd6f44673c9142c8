import { constants } from 'fs'
import { open, stat } from 'fs/promises'
import type { FileHandle } from 'fs/promises'

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, O_WRONLY } = constants

/** Bytes of an existing file's first line that are looked at */
const MAX_FIRST_LINE = 16 * 1024 * 1024

/** A file of lines to which a delivery appends. Only its owner can read it. */
export class OutputFile {
  private constructor(private readonly handle: FileHandle, private length: number, readonly isFile: boolean) {}

  /**
   * Opens a file, and changes nothing of what is in it. Devices such as `/dev/stdout` are allowed.
   * @param belongs true for the first line of such a file
   * @throws Error when it cannot be written, is a link, belongs to somebody else, can be read by others, or is another
   * kind of file
   */
  static async open(path: string, belongs: (firstLine: string) => boolean): Promise<OutputFile> {
    const found = await stat(path).catch(() => undefined)
    const isDevice = found !== undefined && !found.isFile()
    const handle = isDevice ? await open(path, O_WRONLY | O_APPEND) : await openFile(path)
    try {
      const { size, mode, uid, isFile } = await describeFile(handle)
      if (!isFile) {
        return new OutputFile(handle, 0, false)
      }
      if (isDevice || (process.getuid !== undefined && uid !== process.getuid())) {
        throw new Error('it belongs to another user; choose another file')
      }
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
        throw new Error(`other users can read it, and it would contain whole events; run: chmod 600 ${path}`)
      }
      if (size > 0 && !belongs(await readFirstLine(handle))) {
        throw new Error('it contains something else; choose another file')
      }
      return new OutputFile(handle, size, true)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Bytes */
  get size(): number {
    return this.length
  }

  /** The text after that size. */
  async readFrom(size: number): Promise<string> {
    const bytes = Buffer.alloc(this.length - size)
    await this.handle.read(bytes, 0, bytes.length, size)
    return bytes.toString()
  }

  /** Removes what is after that size. */
  async cut(size: number): Promise<void> {
    await this.handle.truncate(size)
    this.length = size
  }

  async append(lines: readonly string[]): Promise<void> {
    if (lines.length > 0) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''))
      await this.handle.writeFile(bytes)
      this.length += bytes.length
    }
  }

  /** Resolves when what was written is safe, also when the power fails. */
  async sync(): Promise<void> {
    if (this.isFile) {
      await this.handle.datasync()
    }
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  return open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' ? new Error('it is a link; name the file itself') : error
  })
}

async function describeFile(handle: FileHandle) {
  const stats = await handle.stat()
  return { size: stats.size, mode: stats.mode, uid: stats.uid, isFile: stats.isFile() }
}

async function readFirstLine(handle: FileHandle): Promise<string> {
  let bytes = Buffer.alloc(0)
  while (bytes.length < MAX_FIRST_LINE) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, bytes.length)
    bytes = Buffer.concat([bytes, buffer.subarray(0, bytesRead)])
    const end = bytes.indexOf('\n')
    if (end !== -1 || bytesRead === 0) {
      return bytes.subarray(0, end === -1 ? bytes.length : end).toString()
    }
  }
  return bytes.toString()
}
