import { Alert, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useParameter } from './address'
import type { Field } from './account'
import { FieldList } from './field-list'
import { Identifiers } from './identifiers'
import { useAccount, useAccountChange, useLog, useSamples, useSummary } from './queries'
import { traitsIn } from './samples'
import { skippedTraits } from './skipped'
import { TraitEditor } from './trait-editor'
import { addField, changeField, mapAllTraits, mapTrait, traitRows, traitSetupOf } from './trait-setup'
import type { TraitSetup } from './trait-setup'
import { draftsOf } from './use-draft'
import { isSame } from './values'
import { Loaded, Part, SaveBar, TextLink, View } from './view'

/** The number of traits that are shown. The search finds the others. */
const MAX_SHOWN = 100

/** The CDP field of each trait, and the unique identifiers. */
export function FieldsView() {
  const account = useAccount()
  const samples = useSamples()
  return (
    <View
      title="Fields"
      intro={
        'Traits of identify events that are mapped here are converted to the type of their CDP field and stored in the ' +
        'contact. Values that cannot be converted are skipped. Traits that are not mapped are ignored.'
      }
    >
      <Loaded query={samples}>
        {({ contacts }) => (
          <Loaded query={account}>{(saved) => <Editor saved={traitSetupOf(saved)} samples={contacts} />}</Loaded>
        )}
      </Loaded>
    </View>
  )
}

const useDraft = draftsOf<TraitSetup>()

function Editor({ saved, samples }: { saved: TraitSetup; samples: readonly unknown[] }) {
  const draft = useDraft(saved)
  const { value: setup, set } = draft
  const change = useAccountChange()
  const [search, setSearch] = useParameter('search')
  const seen = traitsIn(samples)
  const [asked] = useParameter('trait')
  const rows = traitRows(setup, seen, search, asked)
  const { data: log = [] } = useLog()
  const { data: summary } = useSummary()
  // Ortto cannot change the type of a field that was made.
  const fixed = new Set(saved.fields.map(({ name }) => name))
  const skipped = skippedTraits(log)
  const allMapped = mapAllTraits(setup, seen)

  return (
    <>
      {summary && summary.firstIdentifyAt === undefined && (
        <Alert color="blue" title="Waiting for Segment to send us an Identify event">
          Its traits appear here, so that you can map them. <TextLink href="/try">Try an event</TextLink> or{' '}
          <TextLink href="/live">send one with a Segment library</TextLink>.
        </Alert>
      )}
      {saved.traits === undefined && (
        <Alert color="red" title="Ortto rejects everything: No mappings configured">
          Until a trait mapping is saved, every event gets 422, activities too. Received events are kept as samples.
        </Alert>
      )}
      {saved.traits === undefined && summary?.firstIdentifyAt !== undefined && (
        <Alert color="green" title="The first identify event is here">
          Its traits can be mapped now. Ortto sends an email at this point.
        </Alert>
      )}
      <Group justify="space-between" align="end">
        <TextInput
          label="Search traits and fields"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          w={{ base: '100%', xs: 320 }}
          type="search"
        />
        <Button
          variant="default"
          onClick={() => set(allMapped)}
          disabled={isSame(allMapped.traits, setup.traits ?? {})}
        >
          Map all received traits
        </Button>
      </Group>
      <Part
        title="Traits and their fields"
        intro={
          samples.length === 0
            ? undefined
            : `The examples are from the last ${
                samples.length === 1 ? 'contact' : `${samples.length} contacts`
              } received.`
        }
      >
        {rows.length > 0 && (
          <div className="frame">
            {rows.slice(0, MAX_SHOWN).map((row) => (
              <TraitEditor
                key={row.trait}
                row={row}
                skipped={skipped.get(row.trait)}
                fields={setup.fields}
                fixed={fixed}
                onMap={(field) => set(mapTrait(setup, row.trait, field))}
                onAdd={(field) => set(addField(setup, field, row.trait))}
                onChange={(field) => set(changeField(setup, field))}
              />
            ))}
          </div>
        )}
        <Text size="sm" aria-live="polite">
          {describeRows(rows.length, search)}
        </Text>
        <AddTrait
          listed={new Set([...seen.keys(), ...Object.keys(setup.traits ?? {})])}
          fields={setup.fields}
          onAdd={(trait, field) => set(mapTrait(setup, trait, field))}
        />
      </Part>
      <Identifiers setup={setup} onChange={set} />
      <FieldList setup={setup} fixed={fixed} onChange={set} search={search} />
      <SaveBar
        draft={draft}
        change={change}
        onSave={() =>
          change.mutate((account) => ({ ...account, ...setup }), {
            onSuccess: () => draft.settle(setup)
          })
        }
      />
    </>
  )
}

function describeRows(count: number, search: string): string {
  if (count === 0) {
    return search === '' ? 'No traits were received or mapped yet.' : 'No trait or field name contains this text.'
  }
  return count > MAX_SHOWN ? `Showing ${MAX_SHOWN} of ${count}. Use the search to find the others.` : ''
}

interface AddTraitProps {
  listed: ReadonlySet<string>
  fields: readonly Field[]
  onAdd: (trait: string, field: string) => void
}

/** Maps a trait that is not in the samples. */
function AddTrait({ listed, fields, onAdd }: AddTraitProps) {
  const [trait, setTrait] = useState('')
  const [field, setField] = useState<string | null>(null)
  const problem = listed.has(trait) ? 'This trait is already in the list.' : undefined
  return (
    <form
      aria-label="Add a trait"
      onSubmit={(event) => {
        event.preventDefault()
        if (trait !== '' && field !== null && problem === undefined) {
          onAdd(trait, field)
          setTrait('')
          setField(null)
        }
      }}
    >
      <Group gap="xs" align="end">
        <TextInput
          label="Another trait"
          placeholder="For example lastName"
          size="xs"
          value={trait}
          onChange={({ currentTarget }) => setTrait(currentTarget.value)}
          error={problem}
          w={200}
        />
        <Select
          label="Field"
          placeholder="Choose a field"
          size="xs"
          data={fields.map(({ name }) => name)}
          value={field}
          onChange={setField}
          searchable
          w={200}
        />
        <Button type="submit" variant="default" size="xs" disabled={trait === '' || field === null || Boolean(problem)}>
          Add trait
        </Button>
      </Group>
    </form>
  )
}
