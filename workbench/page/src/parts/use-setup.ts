import { useQuery } from '@tanstack/react-query'
import { api, read } from '../client'

/** Information about the server and the destination. */
export function useSetup() {
  return useQuery({ queryKey: ['setup'], queryFn: () => read(api.setup.$get()) })
}
