import { cut } from './abridge'

/** A few are kept of each kind, the newest. */
const SAMPLES_PER_KIND = 3
/** The activity search offers so many names, the most recent. */
const ACTIVITY_NAMES = 500

/** So many characters of a name are kept: what nobody would map must not fill the memory. */
const MAX_NAME = 1000

/** What came in lately, for setting up the mappings: also what was refused because there is no mapping yet. */
export class Samples {
  private contacts: unknown[] = []
  /** By the activity's name, the most recent last. */
  private readonly activities = new Map<string, unknown[]>()

  addContact(item: unknown): void {
    this.contacts = [...this.contacts, item].slice(-SAMPLES_PER_KIND)
  }

  addActivity(event: string, item: unknown): void {
    const name = cut(event, MAX_NAME)
    const samples = [...(this.activities.get(name) ?? []), item].slice(-SAMPLES_PER_KIND)
    this.activities.delete(name)
    this.activities.set(name, samples)
    if (this.activities.size > ACTIVITY_NAMES) {
      const [oldest] = this.activities.keys()
      this.activities.delete(oldest)
    }
  }

  /** True until the first contact comes */
  get hasNoContact(): boolean {
    return this.contacts.length === 0
  }

  /** By the activity's name, the most recent last */
  toState(): { contacts: unknown[]; activities: [string, unknown[]][] } {
    return { contacts: this.contacts, activities: [...this.activities] }
  }

  restore({ contacts, activities }: ReturnType<Samples['toState']>): void {
    this.contacts = contacts
    activities.forEach(([name, samples]) => this.activities.set(name, samples))
  }

  all(): { contacts: readonly unknown[]; activities: Record<string, readonly unknown[]> } {
    return { contacts: this.contacts, activities: Object.fromEntries(this.activities) }
  }
}
