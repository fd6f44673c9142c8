import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { ReactNode } from 'react'

interface RowsProps<Item> {
  items: readonly Item[]
  keyOf: (item: Item) => string | number
  label: string
  /** The maximum height of the list in pixels */
  height: number
  /** The estimated height of a row in pixels, until it is rendered */
  rowHeight: number
  children: (item: Item) => ReactNode
}

/** A list of any length: only the visible rows are rendered. Their heights may differ. */
export function Rows<Item>({ items, keyOf, label, height, rowHeight, children }: RowsProps<Item>) {
  const frame = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index]),
    overscan: 8
  })
  return (
    <div ref={frame} className="rows" style={{ maxHeight: height }} tabIndex={0} role="group" aria-label={label}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="list">
        {rows.getVirtualItems().map(({ index, start, key }) => (
          <div
            key={key}
            ref={rows.measureElement}
            data-index={index}
            role="listitem"
            aria-posinset={index + 1}
            aria-setsize={items.length}
            className="rows-row"
            style={{ position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${start}px)` }}
          >
            {children(items[index])}
          </div>
        ))}
      </div>
    </div>
  )
}
