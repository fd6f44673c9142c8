import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useMemo, useState } from 'react'
import { api, read } from '../client'
import { differences, flawsOf, readMapping, same, writeMapping, writeSound } from './draft'
import type { Mapping, MappingForm, Problem } from './draft'
import { changeMappingsDraft, useMappingsDraft } from './use-mappings-draft'

/** Milliseconds after the last key until what was typed is checked */
const PAUSE = 300

/** What the server holds. */
export interface Held {
  mappings: readonly Mapping[]
  presets: readonly Mapping[]
}

/** The mappings as they are edited, and all that can be done with them as a whole. */
export interface Editing {
  mappings: readonly MappingForm[]
  /** As the server holds them */
  saved: readonly MappingForm[]
  held: Held
  isChanged: boolean
  /** When the server holds others by now: the names of those that differ; none when only their order does. */
  conflict?: readonly string[]
  problems: readonly Problem[]
  /** @param told what was done, when it is to be undone with one click */
  change: (next: readonly MappingForm[], told?: string) => void
  undo?: { told: string; run: () => void }
  save: () => void
  discard: () => void
  /** Saves over what the server holds by now. */
  keepMine: () => void
  saving: { isPending: boolean; isSaved: boolean; error: Error | null }
}

/** What can be undone, and what after that. */
interface Undo {
  told: string
  before: readonly MappingForm[]
  earlier?: Undo
}

export function useHeld() {
  return useQuery({
    queryKey: ['mappings'],
    // Hono's types end where JSON goes on within JSON.
    queryFn: async () => (await read(api.mappings.$get())) as Held
  })
}

export function useEditing(held: Held): Editing {
  const queries = useQueryClient()
  const draft = useMappingsDraft()
  const [undo, setUndo] = useState<Undo>()
  const saved = useMemo(() => held.mappings.map(readMapping), [held])
  const mappings = draft?.mappings ?? saved
  const isChanged = draft !== undefined && !same(draft.mappings, saved)
  const base = draft?.base.map(readMapping) ?? saved
  const conflict = isChanged && !same(base, saved) ? differences(base, saved) : undefined

  useEffect(() => {
    if (!isChanged) {
      changeMappingsDraft(() => undefined)
    }
  }, [isChanged])

  const saving = useMutation({
    mutationFn: (sent: readonly MappingForm[]) =>
      read(api.mappings.$put({ json: { mappings: sent.map(writeMapping), base: held.mappings } })),
    onSuccess: (answer, sent) => {
      if (answer.problems.length > 0) {
        // Others may be held by now.
        void queries.invalidateQueries({ queryKey: ['mappings'] })
        return
      }
      const now = answer.mappings as readonly Mapping[]
      queries.setQueryData<Held>(['mappings'], { ...held, mappings: now })
      // What was typed meanwhile is not saved yet.
      changeMappingsDraft((current) =>
        current && !same(current.mappings, sent) ? { ...current, base: now } : undefined
      )
      setUndo(undefined)
    }
  })
  const flaws = flawsOf(mappings)
  const checked = useProblems(mappings.map(writeSound), isChanged)
  const refused = saving.data?.problems ?? []
  const problems = [...flaws, ...[...checked, ...refused].filter((problem) => !flaws.some(concerns(problem)))]

  const change = (next: readonly MappingForm[], told?: string) => {
    if (!saving.isPending) {
      saving.reset()
    }
    setUndo(told === undefined ? undefined : { told, before: mappings, earlier: undo })
    changeMappingsDraft((current) =>
      same(next, saved) ? undefined : { base: current?.base ?? held.mappings, mappings: next }
    )
  }
  return {
    mappings,
    saved,
    held,
    isChanged,
    conflict,
    problems: isChanged ? unique(problems) : [],
    change,
    undo: undo && {
      told: undo.told,
      run: () => {
        change(undo.before)
        setUndo(undo.earlier)
      }
    },
    save: () => {
      if (isChanged && !conflict && flaws.length === 0 && !saving.isPending) {
        saving.mutate(mappings)
      }
    },
    discard: () => change(saved),
    keepMine: () => {
      saving.reset()
      changeMappingsDraft((current) => current && { ...current, base: held.mappings })
    },
    saving: {
      isPending: saving.isPending,
      isSaved: saving.data?.problems.length === 0,
      error: saving.error
    }
  }
}

/** What the server finds wrong with mappings, a moment after the last change. */
function useProblems(mappings: readonly Mapping[], isNeeded: boolean): readonly Problem[] {
  const [text] = useDebouncedValue(JSON.stringify(mappings), PAUSE)
  const { data } = useQuery({
    queryKey: ['check of mappings', text],
    queryFn: () => read(api.mappings.check.$post({ json: { mappings: JSON.parse(text) as unknown } })),
    placeholderData: (before) => before,
    gcTime: 10_000,
    enabled: isNeeded
  })
  return isNeeded ? data?.problems ?? [] : []
}

/** True for a flaw at the same place: then the server has not seen what is there. */
function concerns({ index, field }: Problem): (flaw: Problem) => boolean {
  return (flaw) => flaw.index === index && flaw.field === field
}

function unique(problems: readonly Problem[]): Problem[] {
  const texts = problems.map((problem) => JSON.stringify([problem.index, problem.field, problem.message]))
  return problems.filter((_, index) => texts.indexOf(texts[index]) === index)
}
