import { createWriteStream } from 'fs'
import { once } from 'events'

/** One event in so many is an identify. */
const IDENTIFY_EVERY = 4

/** An event such as Segment archives them, by its number: the same number gives the same event. */
export function eventOf(number: number): object {
  const user = Math.floor((number * 2654435761) % 50_021)
  const timestamp = new Date(1_760_000_000_000 + number * 1000).toISOString()
  const common = {
    anonymousId: `8d2f6c1a-0000-4000-8000-${String(user).padStart(12, '0')}`,
    userId: `user-${user}`,
    messageId: `ajs-next-${number}-3e9a7f45-1f5d-4a52`,
    timestamp,
    sentAt: timestamp,
    originalTimestamp: timestamp,
    receivedAt: timestamp,
    version: 2,
    channel: 'client',
    integrations: {},
    context: {
      ip: `203.0.113.${user % 256}`,
      library: { name: 'analytics.js', version: 'next-1.70.0' },
      locale: 'en-AU',
      page: { path: '/products', referrer: '', search: '', title: 'Products', url: 'https://shop.example/products' },
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/126.0 Safari/537.36'
    }
  }
  return number % IDENTIFY_EVERY === 0
    ? {
        type: 'identify',
        ...common,
        traits: {
          firstName: 'Lana',
          lastName: `Romeijn ${number}`,
          email: `user-${user}@example.org`,
          birthday: '28-07-1980',
          active: true,
          address: { city: 'Sydney', country: 'Australia', postalCode: '2000', state: 'NSW' }
        }
      }
    : {
        type: 'track',
        event: 'Order completed',
        ...common,
        properties: { total: number % 1000, currency: 'AUD', products: [{ sku: 'A1', price: 3.5, quantity: 2 }] }
      }
}

/** Writes so many events as a file of a line each. */
export async function writeEvents(path: string, count: number): Promise<void> {
  const file = createWriteStream(path)
  for (let number = 0; number < count; number += 1000) {
    const lines = Array.from({ length: Math.min(1000, count - number) }, (_, index) =>
      JSON.stringify(eventOf(number + index))
    )
    if (!file.write(`${lines.join('\n')}\n`)) {
      await once(file, 'drain')
    }
  }
  file.end()
  await once(file, 'close')
}
