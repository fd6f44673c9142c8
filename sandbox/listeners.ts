/** Those who want to be told of something. */
export class Listeners<News> {
  private readonly listeners = new Set<(news: News) => void>()

  get isEmpty(): boolean {
    return this.listeners.size === 0
  }

  /** Gives the function that ends it. The same listener may come twice. */
  add(listener: (news: News) => void): () => void {
    const own = (news: News) => listener(news)
    this.listeners.add(own)
    return () => {
      this.listeners.delete(own)
    }
  }

  /** One that throws changes nothing; it shows as a warning of the process. */
  tell(news: News): void {
    for (const listener of this.listeners) {
      try {
        listener(news)
      } catch (error) {
        process.emitWarning(`Who listens to the sandbox failed: ${String(error)}`)
      }
    }
  }
}
