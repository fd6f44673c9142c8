import { isLeftOut, listRejections, readProblemError } from '../report'
import type { EventReport, MappingResult, Problem, Skip, Source } from '../report'

/**
 * The lines of the results file: one for each result of each event, or one that says why it has no result. Events that
 * were left out have none.
 * @param showsItems also writes what goes on the wire
 */
export function formatResults(reports: readonly EventReport[], showsItems = false): string[] {
  return reports.flatMap((report) =>
    isLeftOut(report)
      ? []
      : listDecisions(report).map((decision) => {
          const item = showsItems && 'item' in decision ? decision.item : undefined
          return JSON.stringify({ ...describe(report, decision), item })
        })
  )
}

/**
 * The lines of the rejected file: the events as they came, each with the reasons in `_rejected`. Other values are
 * in `_line`: in base64 when `encoding` says so, and only its beginning when `truncated` is true.
 */
export function formatRejected(reports: readonly EventReport[]): string[] {
  return reports.flatMap((report) => {
    const rejections = listRejections(report)
    if (rejections.length === 0) {
      return []
    }
    const reasons = rejections.map((one) => ({ ...describe(report, one), messageId: undefined, notices: undefined }))
    const mark = `"_rejected":${JSON.stringify(reasons)}}`
    const { event, raw = '', encoding, isTruncated } = report
    if (event === undefined) {
      const line = JSON.stringify({ _line: raw, encoding, truncated: isTruncated })
      return [`${line.slice(0, -1)},${mark}`]
    }
    // Appended to the text, because an event may be nested too deep to be written. A record is one line.
    return [
      `${raw
        .trim()
        .slice(0, -1)
        .replace(/[\r\n]+/g, ' ')},${mark}`
    ]
  })
}

type Decision = MappingResult | Problem | Skip

function listDecisions({ problem, skipped, results }: EventReport): Decision[] {
  return [...(problem ? [problem] : []), ...(skipped ? [skipped] : []), ...results]
}

function describeSource(source: Source): object {
  switch (source.kind) {
    case 'file':
      return { file: source.file, line: source.line, place: source.place }
    case 'message':
      return { subject: source.subject, sequence: source.sequence }
    case 'request':
      return { path: source.path, index: source.index }
  }
}

function describe({ source, ordinal, messageId, notices, problem }: EventReport, decision: Decision): object {
  const place = { ...describeSource(source), ordinal }
  const { code, message } = decision
  if (!('mapping' in decision)) {
    const failure = problem !== undefined && decision === problem ? readProblemError(problem) : {}
    return { ...place, messageId, ...failure, code, message, notices }
  }
  const { mapping, outcome, status, errorType } = decision
  const { name, partnerAction } = mapping
  return {
    ...place,
    messageId,
    mapping: name,
    action: partnerAction,
    status,
    outcome,
    code,
    errorType,
    message,
    notices
  }
}
