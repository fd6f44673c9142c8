import { open } from 'fs/promises'
import type { FileHandle } from 'fs/promises'

/** A file that grows by lines. */
export class AppendFile {
  private constructor(private readonly handle: FileHandle, private length: number, private readonly isFile: boolean) {}

  /**
   * Opens a file to append after so many bytes, and changes nothing yet. Only the owner can read a new file.
   * Rejects when the file can't be written, or is shorter.
   */
  static async open(path: string, length: number): Promise<AppendFile> {
    const handle = await open(path, 'a', 0o600)
    try {
      const stats = await handle.stat()
      // A device, such as a terminal, has no length.
      if (stats.isFile() && stats.size < length) {
        throw new Error(`it has ${stats.size} bytes, and had ${length}`)
      }
      return new AppendFile(handle, length, stats.isFile())
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** Bytes */
  get size(): number {
    return this.length
  }

  /** Removes what is after that place: a delivery that crashed, or an earlier one, wrote it. */
  async cut(): Promise<void> {
    if (this.isFile) {
      await this.handle.truncate(this.length)
    }
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
