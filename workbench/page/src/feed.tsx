import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { TraceSummary } from '../../server/trace'

/** The state of the connection to the server, and the live events. */
interface Feed {
  /** False while the server cannot be reached. */
  isConnected: boolean
  /** The live events, oldest first. At most MAX_TRACES. */
  traces: readonly TraceSummary[]
}

/** The maximum number of live events, as on the server */
const MAX_TRACES = 10_000
/** The server sends a message every 10 seconds. After this time without one, the connection is lost. */
const SILENCE_TIMEOUT_MS = 25_000
const RECONNECT_DELAY_MS = 1000

/** The minimum time between two reloads of the data in Ortto's views */
const ORTTO_RELOAD_INTERVAL_MS = 1000

const FeedContext = createContext<Feed>({ isConnected: true, traces: [] })

export function useFeed(): Feed {
  return useContext(FeedContext)
}

/** Receives the changes from the server while the page is open, and reloads the data that changed. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient()
  const [isConnected, setConnected] = useState(true)
  const [traces, setTraces] = useState<readonly TraceSummary[]>([])
  const startedAt = useRef('')

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const reload = (...key: string[]) => void queries.invalidateQueries({ queryKey: key })
    const reloadOrtto = throttle(ORTTO_RELOAD_INTERVAL_MS, () => reload('ortto'))

    const restartTimeout = () => {
      clearTimeout(timer)
      timer = setTimeout(disconnect, SILENCE_TIMEOUT_MS)
    }
    const disconnect = () => {
      source?.close()
      setConnected(false)
      clearTimeout(timer)
      timer = setTimeout(connect, RECONNECT_DELAY_MS)
    }
    const connect = () => {
      source = new EventSource('/api/feed')
      source.onerror = disconnect
      source.addEventListener('hello', ({ data }: MessageEvent<string>) => {
        restartTimeout()
        setConnected(true)
        const hello = JSON.parse(data) as { startedAt: string }
        // After each connection, the server sends all live events again. It may be another server with other data.
        setTraces([])
        if (startedAt.current !== '') {
          void queries.invalidateQueries()
        }
        startedAt.current = hello.startedAt
      })
      source.addEventListener('traces', ({ data }: MessageEvent<string>) => {
        restartTimeout()
        const more = JSON.parse(data) as TraceSummary[]
        setTraces((current) => [...current, ...more].slice(-MAX_TRACES))
      })
      source.addEventListener('cleared', () => {
        restartTimeout()
        setTraces([])
      })
      source.addEventListener('alive', restartTimeout)
      source.addEventListener('ortto', () => {
        restartTimeout()
        reloadOrtto.call()
      })
      source.addEventListener('rejected', () => {
        restartTimeout()
        reload('rejected calls')
      })
      source.addEventListener('mappings', () => {
        restartTimeout()
        reload('mappings')
      })
    }

    connect()
    return () => {
      clearTimeout(timer)
      reloadOrtto.cancel()
      source?.close()
    }
  }, [queries])

  return <FeedContext.Provider value={{ isConnected, traces }}>{children}</FeedContext.Provider>
}

/** Limits how often an action runs. Calls within the interval are combined into one run at its end. */
function throttle(intervalMs: number, action: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isPending = false
  const run = () => {
    timer = undefined
    if (isPending) {
      isPending = false
      action()
      timer = setTimeout(run, intervalMs)
    }
  }
  return {
    call: () => {
      isPending = true
      if (timer === undefined) {
        run()
      }
    },
    cancel: () => clearTimeout(timer)
  }
}
