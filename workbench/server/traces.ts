import type { ItemPlace } from './causes'
import { summarize } from './trace'
import type { Trace, TraceSummary } from './trace'

/** Limits of the stored traces: their number, and the characters of their events. The oldest are deleted first. */
const MAX_TRACES = 10_000
const MAX_CHARACTERS = 64 * 1024 * 1024

/** The latest traces. They are numbered, so that a reader can continue where it stopped. */
export class Traces {
  private readonly stored = new Map<string, { trace: Trace; summary: TraceSummary; number: number }>()
  /** The IDs of the traces whose events were sent, by the place of their items */
  private readonly byPlace = new Map<string, string>()
  private characters = 0
  private count = 0
  private readonly listeners = new Set<() => void>()

  /** The number of the last trace */
  get last(): number {
    return this.count
  }

  add(traces: readonly Trace[]): TraceSummary[] {
    const summaries = traces.map((trace) => {
      const summary = summarize(trace)
      this.count += 1
      this.stored.set(trace.id, { trace, summary, number: this.count })
      this.characters += sizeOf(trace)
      placesOf(trace).forEach((place) => this.byPlace.set(place, trace.id))
      return summary
    })
    for (const [id, { trace }] of this.stored) {
      if (this.stored.size <= MAX_TRACES && this.characters <= MAX_CHARACTERS) {
        break
      }
      this.stored.delete(id)
      placesOf(trace).forEach((place) => this.byPlace.delete(place))
      this.characters -= sizeOf(trace)
    }
    this.listeners.forEach((notify) => notify())
    return summaries
  }

  get(id: string): Trace | undefined {
    return this.stored.get(id)?.trace
  }

  /** The ID of the trace whose event was sent as this item. */
  findByPlace(place: ItemPlace): string | undefined {
    return this.byPlace.get(keyOf(place))
  }

  /** The summaries of the stored traces, oldest first. */
  summaries(): TraceSummary[] {
    return [...this.stored.values()].map(({ summary }) => summary)
  }

  /** The traces after a number, oldest first, and the number of the last one. */
  after(number: number, limit: number): { summaries: TraceSummary[]; last: number } {
    const missed = Math.min(this.count - number, this.stored.size)
    const next = missed > 0 ? [...this.stored.values()].slice(-missed).slice(0, limit) : []
    return {
      summaries: next.map(({ summary }) => summary),
      last: next.length > 0 ? next[next.length - 1].number : this.count
    }
  }

  clear(): void {
    this.stored.clear()
    this.byPlace.clear()
    this.characters = 0
  }

  /** Calls a listener when traces are added. Returns a function that removes the listener. */
  onAdd(notify: () => void): () => void {
    this.listeners.add(notify)
    return () => this.listeners.delete(notify)
  }
}

function placesOf({ sent }: Trace): string[] {
  return [...sent.values()].flatMap(({ exchange, position }) =>
    exchange && position !== undefined ? [keyOf({ requestId: exchange.id, index: position })] : []
  )
}

function keyOf({ requestId, index }: ItemPlace): string {
  return `${requestId} ${index}`
}

function sizeOf({ item }: Trace): number {
  return item.raw?.length ?? 0
}
