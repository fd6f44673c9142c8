import { summarize } from './trace'
import type { Trace, TraceSummary } from './trace'

/** So many traces are kept, the newest, and so many characters of events. */
const MAX_TRACES = 10_000
const MAX_CHARACTERS = 64 * 1024 * 1024

/** What happened lately, with a number that grows, so that a reader can go on where it was. */
export class Traces {
  private readonly held = new Map<string, { trace: Trace; summary: TraceSummary; place: number }>()
  private characters = 0
  private count = 0
  private readonly listeners = new Set<() => void>()

  /** The place of the last one: how many there have been. */
  get last(): number {
    return this.count
  }

  add(traces: readonly Trace[]): TraceSummary[] {
    const summaries = traces.map((trace) => {
      const summary = summarize(trace)
      this.count += 1
      this.held.set(trace.id, { trace, summary, place: this.count })
      this.characters += sizeOf(trace)
      return summary
    })
    for (const [id, { trace }] of this.held) {
      if (this.held.size <= MAX_TRACES && this.characters <= MAX_CHARACTERS) {
        break
      }
      this.held.delete(id)
      this.characters -= sizeOf(trace)
    }
    this.listeners.forEach((tell) => tell())
    return summaries
  }

  get(id: string): Trace | undefined {
    return this.held.get(id)?.trace
  }

  /** Those that came after a place, oldest first, and the place of the last one. */
  after(place: number, limit: number): { summaries: TraceSummary[]; place: number } {
    const missed = Math.min(this.count - place, this.held.size)
    const next = missed > 0 ? [...this.held.values()].slice(-missed).slice(0, limit) : []
    return {
      summaries: next.map(({ summary }) => summary),
      place: next.length > 0 ? next[next.length - 1].place : this.count
    }
  }

  clear(): void {
    this.held.clear()
    this.characters = 0
  }

  /** Calls when there are more. Gives how to stop. */
  onMore(tell: () => void): () => void {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }
}

function sizeOf({ item }: Trace): number {
  return item.raw?.length ?? 0
}
