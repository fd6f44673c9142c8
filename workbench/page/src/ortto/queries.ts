import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InferRequestType } from 'hono/client'
import { ortto, read } from '../client'
import type { Account } from './account'

// Every key begins with 'ortto', so that the feed reloads the data when something changed.

export function useAccount() {
  return useQuery({ queryKey: ACCOUNT_KEY, queryFn: () => read(ortto.account.$get()) })
}

export function useSummary() {
  return useQuery({ queryKey: ['ortto', 'summary'], queryFn: () => read(ortto.summary.$get()) })
}

export function useSamples() {
  return useQuery({ queryKey: ['ortto', 'samples'], queryFn: () => read(ortto.samples.$get()) })
}

export function useLog() {
  return useQuery({
    queryKey: ['ortto', 'log'],
    queryFn: () => read(ortto.log.$get())
  })
}

const ACCOUNT_KEY = ['ortto', 'account']

type AccountFile = InferRequestType<typeof ortto.account.$put>['json']

/** Changes the current account. */
export function useAccountChange() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: async (change: (account: Account) => AccountFile) => {
      const account = await read(ortto.account.$get())
      return read(ortto.account.$put({ json: change(account) }))
    },
    onSuccess: async (account) => {
      await queries.cancelQueries({ queryKey: ACCOUNT_KEY })
      queries.setQueryData(ACCOUNT_KEY, account)
    }
  })
}
