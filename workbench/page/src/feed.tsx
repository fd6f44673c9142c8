import { useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { TraceSummary } from '../../server/trace'

/** What the server tells of itself. */
interface Feed {
  /** False while the server can't be reached. */
  isConnected: boolean
  /** The live events, the newest last; no more than MAX_TRACES. */
  traces: readonly TraceSummary[]
}

/** So many live events are kept, as on the server. */
const MAX_TRACES = 10_000
/** Milliseconds without a word of the server after which it counts as gone; it says something every 10 seconds. */
const MAX_SILENCE = 25_000
/** Milliseconds until the page tries to reach the server again. */
const RETRY = 1000

/** Milliseconds from one time that Ortto's views are loaded anew to the next, while events pour in */
const ORTTO_PAUSE = 1000

const FeedContext = createContext<Feed>({ isConnected: true, traces: [] })

export function useFeed(): Feed {
  return useContext(FeedContext)
}

/** Listens to the server, as long as the page is open, and has what changed there loaded anew. */
export function FeedProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient()
  const [isConnected, setConnected] = useState(true)
  const [traces, setTraces] = useState<readonly TraceSummary[]>([])
  const startedAt = useRef('')

  useEffect(() => {
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const reload = (...key: string[]) => void queries.invalidateQueries({ queryKey: key })
    const reloadOrtto = atMostEvery(ORTTO_PAUSE, () => reload('ortto'))

    const hear = () => {
      clearTimeout(timer)
      timer = setTimeout(lose, MAX_SILENCE)
    }
    const lose = () => {
      source?.close()
      setConnected(false)
      clearTimeout(timer)
      timer = setTimeout(connect, RETRY)
    }
    const connect = () => {
      source = new EventSource('/api/feed')
      source.onerror = lose
      source.addEventListener('hello', ({ data }: MessageEvent<string>) => {
        hear()
        setConnected(true)
        const hello = JSON.parse(data) as { startedAt: string }
        // The server tells everything anew after a connection; another server may hold something else altogether.
        setTraces([])
        if (startedAt.current !== '') {
          void queries.invalidateQueries()
        }
        startedAt.current = hello.startedAt
      })
      source.addEventListener('traces', ({ data }: MessageEvent<string>) => {
        hear()
        const more = JSON.parse(data) as TraceSummary[]
        setTraces((held) => [...held, ...more].slice(-MAX_TRACES))
      })
      source.addEventListener('cleared', () => {
        hear()
        setTraces([])
      })
      source.addEventListener('alive', hear)
      source.addEventListener('ortto', () => {
        hear()
        reloadOrtto.ask()
      })
      source.addEventListener('refused', () => {
        hear()
        reload('refused calls')
      })
      source.addEventListener('mappings', () => {
        hear()
        reload('mappings')
      })
    }

    connect()
    return () => {
      clearTimeout(timer)
      reloadOrtto.stop()
      source?.close()
    }
  }, [queries])

  return <FeedContext.Provider value={{ isConnected, traces }}>{children}</FeedContext.Provider>
}

/** Acts when it is asked to, but not too often: what is asked for in between is done once, later. */
function atMostEvery(milliseconds: number, act: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsked = false
  const run = () => {
    timer = undefined
    if (isAsked) {
      isAsked = false
      act()
      timer = setTimeout(run, milliseconds)
    }
  }
  return {
    ask: () => {
      isAsked = true
      if (timer === undefined) {
        run()
      }
    },
    stop: () => clearTimeout(timer)
  }
}
