/** Functions that are called for each event. */
export class Listeners<Event> {
  private readonly listeners = new Set<(event: Event) => void>()

  get isEmpty(): boolean {
    return this.listeners.size === 0
  }

  /** Adds a listener. The same one may be added twice. @returns a function that removes it */
  add(listener: (event: Event) => void): () => void {
    const added = (event: Event) => listener(event)
    this.listeners.add(added)
    return () => {
      this.listeners.delete(added)
    }
  }

  /** Calls all listeners. An error of one is a warning of the process, and does not affect the others. */
  notify(event: Event): void {
    for (const listener of this.listeners) {
      try {
        listener(event)
      } catch (error) {
        process.emitWarning(`A listener of the sandbox threw an error: ${String(error)}`)
      }
    }
  }
}
