/** IDs that are remembered. The oldest are forgotten first. */
const MAX_IDS = 100_000

/** The message IDs of the live events: Segment drops a message whose ID it has seen in the last 24 hours. */
export class SeenIds {
  private readonly ids = new Set<string>()

  has(event: object): boolean {
    const id = idOf(event)
    return id !== undefined && this.ids.has(id)
  }

  add(event: object): void {
    const id = idOf(event)
    if (id === undefined) {
      return
    }
    this.ids.add(id)
    const [oldest] = this.ids
    if (this.ids.size > MAX_IDS) {
      this.ids.delete(oldest)
    }
  }

  clear(): void {
    this.ids.clear()
  }
}

function idOf(event: object): string | undefined {
  return 'messageId' in event && typeof event.messageId === 'string' ? event.messageId : undefined
}
