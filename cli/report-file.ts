import { constants } from 'fs'
import { access, open } from 'fs/promises'
import { dirname } from 'path'
import { isNativeError } from 'util/types'
import { replaceFile } from '../common/replace-file'
import { pathFrom, reasonOf, UsageError } from './command'
import type { ReportData } from './delivery-report'
import { formatHtml, HTML_MARK } from './report-html'

const JSON_MARK = '{"kind":"ortto report"'

/** The file of `--report`. It is written at the end, also of a delivery that stops early. */
export class ReportFile {
  private constructor(private readonly path: string, private readonly isHtml: boolean) {}

  /**
   * @throws UsageError when its name has another ending, or it is a file that is no report: only an older report is
   * replaced
   */
  static async open(path: string): Promise<ReportFile> {
    const isHtml = /\.html?$/i.test(path)
    if (!isHtml && !/\.json$/i.test(path)) {
      throw new UsageError('--report must be a file with the ending .html or .json.')
    }
    const start = await readStart(path)
    await access(dirname(pathFrom(path)), constants.W_OK).catch((error: unknown) => {
      throw new UsageError(`Cannot write ${path}: ${reasonOf(error)}.`)
    })
    if (start !== '' && !start.startsWith(HTML_MARK) && !start.startsWith(JSON_MARK)) {
      throw new UsageError(`${path} is there already, and is no report: choose another file.`)
    }
    return new ReportFile(path, isHtml)
  }

  /** @throws UsageError when it cannot be written */
  async write(data: ReportData): Promise<void> {
    const text = this.isHtml ? formatHtml(data) : `${JSON.stringify(data)}\n`
    try {
      await replaceFile(pathFrom(this.path), text)
    } catch (error) {
      throw new UsageError(
        `The report ${this.path} cannot be written: ${reasonOf(error)}. The delivery itself is done.`
      )
    }
  }
}

/** The beginning of a file. Empty when there is none. */
async function readStart(path: string): Promise<string> {
  try {
    const file = await open(pathFrom(path), 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HTML_MARK.length), 0, HTML_MARK.length, 0)
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') {
      return ''
    }
    throw new UsageError(`Cannot write ${path}: ${reasonOf(error)}.`)
  }
}
