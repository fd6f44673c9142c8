import { Claim, formatRejected } from '../delivery'
import type { EventReport } from '../delivery'
import { OutputFile } from '../delivery/records/output-file'

/** A file to which rejected events are appended, in the format of `ortto deliver --rejected`. */
export class RejectedFile {
  /** Writes are sequential. */
  private last: Promise<void> = Promise.resolve()

  private constructor(private readonly file: OutputFile, private readonly claim: Claim | undefined) {}

  /**
   * Opens or creates a file. Only one process at a time can use it.
   * @throws Error when it cannot be written, is in use, or contains something else
   */
  static async open(path: string): Promise<RejectedFile> {
    const file = await OutputFile.open(path, (line) => line.includes('"_rejected":['))
    try {
      return new RejectedFile(file, file.isFile ? await Claim.take(path) : undefined)
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Appends the rejected events of these reports. Resolves when they are synced to disk. */
  async add(reports: readonly EventReport[]): Promise<void> {
    const lines = formatRejected(reports)
    if (lines.length > 0) {
      const written = this.last.then(() => this.write(lines))
      this.last = written.catch(() => undefined)
      await written
    }
  }

  async close(): Promise<void> {
    await this.last
    await this.file.close()
    await this.claim?.release()
  }

  private async write(lines: readonly string[]): Promise<void> {
    await this.claim?.confirm()
    const { size } = this.file
    try {
      await this.file.append(lines)
      await this.file.sync()
    } catch (error) {
      if (this.file.isFile) {
        // A part of a line would damage the next one.
        await this.file.cut(size)
      }
      throw error
    }
  }
}
