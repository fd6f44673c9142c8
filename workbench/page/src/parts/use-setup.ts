import { useQuery } from '@tanstack/react-query'
import { api, read } from '../client'

/** What the server tells about itself and the destination. */
export function useSetup() {
  return useQuery({ queryKey: ['setup'], queryFn: () => read(api.setup.$get()) })
}
