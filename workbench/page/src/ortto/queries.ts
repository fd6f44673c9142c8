import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { InferRequestType } from 'hono/client'
import { api, ortto, read } from '../client'
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

/** The log with the events of its entries, and with the events that were rejected before they were sent. */
export function useLogWithEvents() {
  return useQuery({ queryKey: ['ortto', 'log with events'], queryFn: () => read(api.log.$get()) })
}

/** The events that changed a contact, oldest first. */
export function useUpdates(contact: string) {
  return useQuery({
    queryKey: ['ortto', 'updates', contact],
    queryFn: () => read(api.contacts[':number'].updates.$get({ param: { number: contact } }))
  })
}

export function useAudiences() {
  return useQuery({
    queryKey: ['ortto', 'audiences'],
    queryFn: () => read(ortto.audiences.$get()),
    placeholderData: keepPreviousData
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
