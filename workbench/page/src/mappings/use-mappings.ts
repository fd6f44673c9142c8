import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useMemo, useState } from 'react'
import { api, read } from '../client'
import { areSame, differences, readMapping, validateMappings, writeMapping, writeValid } from './draft'
import type { Mapping, MappingForm, Problem } from './draft'
import { changeMappingsDraft, useMappingsDraft } from './use-mappings-draft'

/** Milliseconds between the last keystroke and the check */
const CHECK_DELAY_MS = 300

/** The mappings of the server. */
export interface StoredMappings {
  mappings: readonly Mapping[]
  presets: readonly Mapping[]
}

/** The mappings that are being edited, and the operations on them. */
export interface Editing {
  mappings: readonly MappingForm[]
  /** The mappings of the server */
  saved: readonly MappingForm[]
  stored: StoredMappings
  isChanged: boolean
  /** Set when the server's mappings have changed: the names of those that differ. Empty when only the order differs. */
  conflict?: readonly string[]
  problems: readonly Problem[]
  /** @param notice describes the change. With a notice, the change can be undone. */
  change: (next: readonly MappingForm[], notice?: string) => void
  undo?: { notice: string; run: () => void }
  save: () => void
  discard: () => void
  /** Keeps the changes. The next save overwrites the server's mappings. */
  keepMine: () => void
  saving: { isPending: boolean; isSaved: boolean; error: Error | null }
}

/** A change that can be undone, and the earlier ones. */
interface Undo {
  notice: string
  before: readonly MappingForm[]
  earlier?: Undo
}

export function useStoredMappings() {
  return useQuery({
    queryKey: ['mappings'],
    // Hono's types do not cover nested JSON.
    queryFn: async () => (await read(api.mappings.$get())) as StoredMappings
  })
}

export function useEditing(stored: StoredMappings): Editing {
  const queries = useQueryClient()
  const draft = useMappingsDraft()
  const [undo, setUndo] = useState<Undo>()
  const saved = useMemo(() => stored.mappings.map(readMapping), [stored])
  const mappings = draft?.mappings ?? saved
  const isChanged = draft !== undefined && !areSame(draft.mappings, saved)
  const base = draft?.base.map(readMapping) ?? saved
  const conflict = isChanged && !areSame(base, saved) ? differences(base, saved) : undefined

  useEffect(() => {
    if (!isChanged) {
      changeMappingsDraft(() => undefined)
    }
  }, [isChanged])

  const saving = useMutation({
    mutationFn: (sent: readonly MappingForm[]) =>
      read(api.mappings.$put({ json: { mappings: sent.map(writeMapping), base: stored.mappings } })),
    onSuccess: (response, sent) => {
      if (response.problems.length > 0) {
        // The server's mappings may have changed.
        void queries.invalidateQueries({ queryKey: ['mappings'] })
        return
      }
      const latest = response.mappings as readonly Mapping[]
      queries.setQueryData<StoredMappings>(['mappings'], { ...stored, mappings: latest })
      // Changes that were made during the save are not saved yet.
      changeMappingsDraft((current) =>
        current && !areSame(current.mappings, sent) ? { ...current, base: latest } : undefined
      )
      setUndo(undefined)
    }
  })
  const ownProblems = validateMappings(mappings)
  const checked = useProblems(mappings.map(writeValid), isChanged)
  const rejected = saving.data?.problems ?? []
  const problems = [
    ...ownProblems,
    ...[...checked, ...rejected].filter((problem) => !ownProblems.some(isAbout(problem)))
  ]

  const change = (next: readonly MappingForm[], notice?: string) => {
    if (!saving.isPending) {
      saving.reset()
    }
    setUndo(notice === undefined ? undefined : { notice, before: mappings, earlier: undo })
    changeMappingsDraft((current) =>
      areSame(next, saved) ? undefined : { base: current?.base ?? stored.mappings, mappings: next }
    )
  }
  return {
    mappings,
    saved,
    stored,
    isChanged,
    conflict,
    problems: isChanged ? unique(problems) : [],
    change,
    undo: undo && {
      notice: undo.notice,
      run: () => {
        change(undo.before)
        setUndo(undo.earlier)
      }
    },
    save: () => {
      if (isChanged && !conflict && ownProblems.length === 0 && !saving.isPending) {
        saving.mutate(mappings)
      }
    },
    discard: () => change(saved),
    keepMine: () => {
      saving.reset()
      changeMappingsDraft((current) => current && { ...current, base: stored.mappings })
    },
    saving: {
      isPending: saving.isPending,
      isSaved: saving.data?.problems.length === 0,
      error: saving.error
    }
  }
}

/** The problems that the server finds in mappings, shortly after the last change. */
function useProblems(mappings: readonly Mapping[], isNeeded: boolean): readonly Problem[] {
  const [text] = useDebouncedValue(JSON.stringify(mappings), CHECK_DELAY_MS)
  const { data } = useQuery({
    queryKey: ['check of mappings', text],
    queryFn: () => read(api.mappings.check.$post({ json: { mappings: JSON.parse(text) as unknown } })),
    placeholderData: (before) => before,
    gcTime: 10_000,
    enabled: isNeeded
  })
  return isNeeded ? data?.problems ?? [] : []
}

/** True for a problem of the same field. The page found it, so the server did not check that value. */
function isAbout({ index, field }: Problem): (own: Problem) => boolean {
  return (own) => own.index === index && own.field === field
}

function unique(problems: readonly Problem[]): Problem[] {
  const texts = problems.map((problem) => JSON.stringify([problem.index, problem.field, problem.message]))
  return problems.filter((_, index) => texts.indexOf(texts[index]) === index)
}
