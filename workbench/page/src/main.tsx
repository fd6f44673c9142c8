import '@mantine/core/styles.css'
import './page.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { FeedProvider } from './feed'
import { nonce } from './nonce'
import { readableColors, theme } from './theme'

const queries = new QueryClient({
  // The feed reloads the data that changed.
  defaultOptions: { queries: { staleTime: Infinity, retry: false } }
})

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={readableColors}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queries}>
          <FeedProvider>
            <App />
          </FeedProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>
  )
}
