import { open } from 'fs/promises'
import type { FileHandle } from 'fs/promises'

/** A file that grows by lines of JSON. */
export class AppendFile {
  private constructor(private readonly handle: FileHandle, private length: number) {}

  /**
   * Opens a file to go on at so many bytes; what a delivery that broke down wrote behind them is cut off.
   * Rejects when it can't be written, or is shorter than that.
   */
  static async open(path: string, length: number): Promise<AppendFile> {
    const handle = await open(path, length === 0 ? 'w' : 'a')
    try {
      const { size } = await handle.stat()
      if (size < length) {
        throw new Error(`it has ${size} bytes, and had ${length}`)
      }
      // A device, such as a terminal, has no length.
      if (size > length) {
        await handle.truncate(length)
      }
      return new AppendFile(handle, length)
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Bytes */
  get size(): number {
    return this.length
  }

  async append(lines: readonly object[]): Promise<void> {
    if (lines.length > 0) {
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      await this.handle.writeFile(bytes)
      this.length += bytes.length
    }
  }

  /** Resolves when what was written is safe, also when the power fails. */
  async sync(): Promise<void> {
    await this.handle.datasync().catch((error: NodeJS.ErrnoException) => {
      // A device, such as a terminal, has nothing to make safe.
      if (error.code !== 'EINVAL') {
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.handle.close()
  }
}
