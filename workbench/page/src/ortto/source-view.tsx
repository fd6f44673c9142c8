import { Group, NumberInput, Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import type { Account, Plan } from './account'
import { Copyable } from '../parts/copy'
import { Labelled } from '../parts/labelled'
import { useSetup } from '../parts/use-setup'
import { IDENTIFY_FACTOR, limitsOf } from './limits'
import { useAccount, useAccountChange } from './queries'
import { Holdings, StartOver } from './start-over'
import { draftsOf } from './use-draft'
import { Loaded, Part, SaveBar, View } from './view'
import { amount } from './words'

/** The data source: what Segment's destination is connected to. */
export function SourceView() {
  const account = useAccount()
  return (
    <View
      title="Data source"
      intro={
        'In Ortto, a “Segment (Actions)” data source takes in what Segment’s destination sends: its API key, pasted into ' +
        'the destination’s settings, connects the two. This one belongs to the local Ortto.'
      }
    >
      <Connection />
      <Loaded query={account}>{(saved) => <Settings saved={settingsOf(saved)} />}</Loaded>
      <Part
        title="What it holds"
        intro={
          'Contacts, activities, samples, the log, the usage and how the account is set up, with an API key only where its ' +
          'description names one. Import takes ' +
          'a file that was exported here, or the state file of ortto workbench.'
        }
      >
        <Holdings />
      </Part>
      <StartOver />
    </View>
  )
}

function Connection() {
  const setup = useSetup()
  return (
    <Loaded query={setup}>
      {({ apiKey, ortto }) => (
        <Group gap="xl">
          <Labelled label="API key">
            <Copyable text={apiKey} label="the API key" isSecret />
          </Labelled>
          <Labelled label="Address">
            <Copyable text={ortto} label="the address" />
          </Labelled>
        </Group>
      )}
    </Loaded>
  )
}

interface SourceSettings {
  name: string
  merge: Account['dataSource']['merge']
  plan: Plan
}

function settingsOf({ dataSource: { name, merge }, plan }: Account): SourceSettings {
  return { name, merge, plan }
}

/** What each merge setting does to a contact that is there already. */
const MERGE_SETTINGS: Record<SourceSettings['merge'], string> = {
  overwrite: 'What an event brings replaces what the contact has.',
  append: 'What an event brings fills empty fields only; what the contact has stays.',
  'ignore existing': 'A contact that is there already stays as it is; only new contacts are filled.'
}

const useDraft = draftsOf<SourceSettings>()

function Settings({ saved }: { saved: SourceSettings }) {
  const draft = useDraft(saved)
  const { value: settings, set } = draft
  const change = useAccountChange()
  const { name, merge, plan } = settings
  const limits = limitsOf(plan)
  const number = (label: string, description: string, value: number, onChange: (value: number) => void) => (
    <NumberInput
      label={label}
      description={description}
      inputWrapperOrder={['label', 'input', 'description']}
      value={value}
      onChange={(typed) => onChange(Number(typed))}
      min={0}
      max={1_000_000_000}
      allowNegative={false}
      thousandSeparator=","
    />
  )
  const { classicUsage } = plan
  const setPlan = (part: Partial<Plan>) => set({ ...settings, plan: { ...plan, ...part } })
  return (
    <>
      <Part title="Name and merge settings">
        <TextInput
          label="Name"
          description="For your own reference."
          value={name}
          onChange={({ currentTarget }) => set({ ...settings, name: currentTarget.value })}
          maw={360}
        />
        <Radio.Group
          label="When an event is about a contact that is there already"
          value={merge}
          onChange={(chosen) => set({ ...settings, merge: chosen })}
        >
          <Stack gap="xs" mt="xs">
            {(Object.keys(MERGE_SETTINGS) as SourceSettings['merge'][]).map((one) => (
              <Radio key={one} value={one} label={one} description={MERGE_SETTINGS[one]} />
            ))}
          </Stack>
        </Radio.Group>
      </Part>
      <Part title="Plan" intro="What the account’s plan includes decides how many events Ortto takes in 24 hours.">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
          {number('Contacts', 'Included, and bought in addition.', plan.contacts, (contacts) => setPlan({ contacts }))}
          {number('Activities', 'That the plan lets you track.', plan.activities, (activities) =>
            setPlan({ activities })
          )}
          {number(
            'Track factor',
            'Ortto’s documents say 5; their examples come out at 10.',
            plan.trackFactor,
            (trackFactor) => setPlan({ trackFactor })
          )}
          {number(
            'Identify events of a classic integration',
            'It shares the limit, and has used so much of it.',
            classicUsage.identify,
            (identify) => setPlan({ classicUsage: { ...classicUsage, identify } })
          )}
          {number(
            'Track events of a classic integration',
            'They share the limit of track items.',
            classicUsage.track,
            (track) => setPlan({ classicUsage: { ...classicUsage, track } })
          )}
        </SimpleGrid>
        <Text size="sm" aria-live="polite">
          Identify events: {IDENTIFY_FACTOR} × {amount(plan.contacts)} contacts = {amount(limits.identify)} in 24 hours.
          Track events: {amount(plan.trackFactor)} × {amount(plan.contacts)} contacts × {amount(plan.activities)}{' '}
          activities = {amount(limits.track)} in 24 hours.
        </Text>
      </Part>
      <SaveBar
        draft={draft}
        change={change}
        onSave={() =>
          change.mutate((account) => ({ ...account, plan, dataSource: { ...account.dataSource, name, merge } }), {
            onSuccess: () => draft.settle(settings)
          })
        }
      />
    </>
  )
}
