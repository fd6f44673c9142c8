import { createHash } from 'crypto'
import { cutText } from '../common/truncate'
import { formatRejected } from '../delivery'
import type { EventReport } from '../delivery'

/** Characters of a reason's message and of a mapping's name in a truncated record */
const MAX_REASON_LENGTH = 500

/**
 * A record of a rejected event whose full record does not fit: the beginning of the text, with the size in bytes and
 * the SHA-256 digest of all of it. The result is undefined for a report that is not rejected.
 *
 * @param maxLength of the text, in characters, before it is written as JSON. With 0, there is only one reason.
 */
export function formatTruncated(report: EventReport, maxLength: number): string | undefined {
  const { raw = '', encoding } = report
  const content = Buffer.from(raw, encoding === 'base64' ? 'base64' : 'utf8')
  // A record in base64 has whole groups of four characters, and text has whole characters.
  const kept = encoding === 'base64' ? raw.slice(0, maxLength - (maxLength % 4)) : cutText(raw, maxLength)
  const [record] = formatRejected([
    { ...shortenReasons(report, maxLength), event: undefined, raw: kept, isTruncated: true }
  ])
  const sha256 = createHash('sha256').update(content).digest('hex')
  return record && `{"bytes":${content.length},"sha256":"${sha256}",${record.slice(1)}`
}

function shortenReasons(report: EventReport, maxLength: number): EventReport {
  const { problem, results } = report
  const shorten = (text: string) => cutText(text, MAX_REASON_LENGTH)
  const rejected = results
    .filter(({ outcome }) => outcome === 'rejected')
    .map((result) => ({
      ...result,
      message: shorten(result.message),
      mapping: { ...result.mapping, name: shorten(result.mapping.name) }
    }))
  return {
    ...report,
    messageId: undefined,
    notices: undefined,
    problem: problem && { ...problem, message: shorten(problem.message) },
    results: maxLength > 0 ? rejected : rejected.slice(0, problem ? 0 : 1)
  }
}
