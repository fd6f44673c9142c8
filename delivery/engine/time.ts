/** What a delivery knows of time. A test brings its own, in which nothing takes long. */
export interface Time {
  /** Milliseconds from any start; never goes back */
  now: () => number
  /** Calls back then. Returns what calls it off. */
  at: (time: number, call: () => void) => () => void
  /** From 0 to 1 */
  random: () => number
}

/** The longest that a timer takes; what is later is looked at anew then. */
const LONGEST_TIMER = 2 ** 31 - 1

export const realTime: Time = {
  now: () => performance.now(),
  at: (time, call) => {
    const timer = setTimeout(call, Math.min(LONGEST_TIMER, Math.max(0, Math.ceil(time - performance.now()))))
    return () => clearTimeout(timer)
  },
  random: Math.random
}
