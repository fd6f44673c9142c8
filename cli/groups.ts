/** Samples of each group */
const MAX_SAMPLES = 3

/** What is alike: how many, and the first three of them. */
export interface Group<Sample> {
  count: number
  samples: Sample[]
}

/** Counts what is alike. */
export class Groups<Key extends object, Sample> {
  private readonly groups = new Map<string, Key & Group<Sample>>()

  /**
   * @param max groups that are told apart, since keys may come from events
   * @param others what the key of all further groups has instead of its own members
   */
  constructor(private readonly max = Infinity, private readonly others: Partial<Key> = {}) {}

  /** @param key what is the same for all of its group */
  add(key: Key, sample: Sample): void {
    const isFull = this.groups.size >= this.max && !this.groups.has(JSON.stringify(key))
    const used = isFull ? { ...key, ...this.others } : key
    const text = JSON.stringify(used)
    const group = this.groups.get(text) ?? { ...used, count: 0, samples: [] }
    this.groups.set(text, group)
    group.count += 1
    if (group.samples.length < MAX_SAMPLES) {
      group.samples.push(sample)
    }
  }

  /** The most frequent first */
  list(): (Key & Group<Sample>)[] {
    return [...this.groups.values()].sort((one, other) => other.count - one.count)
  }
}
