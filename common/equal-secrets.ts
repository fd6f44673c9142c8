import { timingSafeEqual } from 'crypto'

/** True when two secrets are the same. The time it takes does not tell how much of them is the same. */
export function equalSecrets(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
