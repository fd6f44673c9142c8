import { Badge, Group, Text } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { KeyboardEvent } from 'react'
import type { TraceSummary } from '../../../server/trace'
import { COLORS, showOutcome, showTime } from '../parts/show'
import { stateOf, STATES } from './filter-traces'
import { Status } from './status'

/** Pixels of a row */
const ROW = 50

interface TraceListProps {
  traces: readonly TraceSummary[]
  selected?: string
  onSelect: (id: string) => void
  label: string
  /** Pixels, at most */
  height: number
  /** Scrolls to new events at the end, unless the user has scrolled back. */
  isLive?: boolean
  /** Shows the times of the events, in place of their lines. */
  hasTimes?: boolean
}

/** A list of events with their results. Only visible rows are rendered, so the list can be long. */
export function TraceList({
  traces,
  selected,
  onSelect,
  label,
  height,
  isLive = false,
  hasTimes = false
}: TraceListProps) {
  const frame = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const lastTop = useRef(0)
  const rows = useVirtualizer({
    count: traces.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW,
    overscan: 10
  })
  useEffect(() => {
    if (isLive && isAtEnd.current && traces.length > 0) {
      rows.scrollToIndex(traces.length - 1)
    }
  }, [isLive, rows, traces])

  const position = traces.findIndex(({ id }) => id === selected)
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && traces.length > 0) {
      event.preventDefault()
      const next = Math.min(Math.max(position + step, 0), traces.length - 1)
      onSelect(traces[next].id)
      rows.scrollToIndex(next)
    }
  }

  return (
    <div
      ref={frame}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={position >= 0 ? `trace-${selected}` : undefined}
      onKeyDown={move}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        // Only scrolling back leaves the end. New events make the list longer, which is not scrolling.
        const isBack = scrollTop < lastTop.current
        isAtEnd.current = scrollTop + clientHeight >= scrollHeight - ROW || (isAtEnd.current && !isBack)
        lastTop.current = scrollTop
      }}
      style={{
        height: Math.min(height, traces.length * ROW + 2),
        overflow: 'auto',
        border: '1px solid var(--mantine-color-default-border)'
      }}
    >
      <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
        {rows.getVirtualItems().map(({ index, start }) => (
          <Row
            key={traces[index].id}
            trace={traces[index]}
            isSelected={index === position}
            onSelect={onSelect}
            start={start}
            place={hasTimes ? showTime(traces[index].time).slice(11) : String(traces[index].line)}
          />
        ))}
      </div>
    </div>
  )
}

interface RowProps {
  trace: TraceSummary
  isSelected: boolean
  onSelect: (id: string) => void
  start: number
  /** The event's line, or its time */
  place: string
}

function Row({ trace, isSelected, onSelect, start, place }: RowProps) {
  const { id, type = 'no event', event, user, results, note } = trace
  const [worst] = [...results].sort((a, b) => STATES.indexOf(showOutcome(a)) - STATES.indexOf(showOutcome(b)))
  return (
    <div
      id={`trace-${id}`}
      className="row"
      role="option"
      aria-selected={isSelected}
      onClick={() => onSelect(id)}
      style={{ position: 'absolute', top: start, left: 0, right: 0, height: ROW, padding: '4px 8px' }}
    >
      <Group gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed" style={{ flexShrink: 0 }}>
          {place}
        </Text>
        <Text size="sm" fw={600} className="cut" style={{ flex: '0 1 auto' }}>
          {event === undefined ? type : `${type}: ${event}`}
        </Text>
        <Text size="xs" c="dimmed" className="cut" style={{ flex: 1 }}>
          {user}
        </Text>
        {results.length === 0 ? (
          <Badge
            color={stateOf(trace) === 'rejected' ? COLORS.rejected : 'gray'}
            variant="light"
            size="sm"
            tt="none"
            style={{ flexShrink: 0 }}
          >
            {stateOf(trace)}
          </Badge>
        ) : (
          results.map((result, index) => <Status key={index} result={result} />)
        )}
      </Group>
      <Text size="xs" className="cut">
        {worst?.message ?? note}
      </Text>
    </div>
  )
}
