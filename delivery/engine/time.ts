/** The clock of a delivery. Tests have their own, in which nothing takes long. */
export interface Time {
  /** Milliseconds from any start; never goes back */
  now: () => number
  /** Calls a function at this time. Returns a function that cancels it. */
  at: (time: number, call: () => void) => () => void
  /** From 0 to 1 */
  random: () => number
}

/** The longest delay of a timer. Later times are checked again then. */
const LONGEST_TIMER = 2 ** 31 - 1

export const realTime: Time = {
  now: () => performance.now(),
  at: (time, call) => {
    const timer = setTimeout(call, Math.min(LONGEST_TIMER, Math.max(0, Math.ceil(time - performance.now()))))
    return () => clearTimeout(timer)
  },
  random: Math.random
}
