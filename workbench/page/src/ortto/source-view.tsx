import { Alert, Group, NumberInput, Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { IDENTIFY_EVENTS_PER_CONTACT } from '../../../../sandbox/rules'
import { namesOf } from './account'
import type { Account, Plan } from './account'
import { Copyable } from '../parts/copy'
import { Labelled } from '../parts/labelled'
import { useSetup } from '../parts/use-setup'
import { limitsOf } from './limits'
import { useAccount, useAccountChange, useSummary } from './queries'
import { ExportAndImport, StartOver } from './start-over'
import { draftsOf } from './use-draft'
import { Loaded, Part, SaveBar, View } from './view'
import { amount } from './words'

/** The data source that Segment's destination is connected to. */
export function SourceView() {
  const account = useAccount()
  return (
    <View
      title="Data source"
      intro={
        'In Ortto, a “Segment (Actions)” data source receives the events of Segment’s destination. To connect them, paste ' +
        'the API key into the destination’s settings. This data source belongs to the local Ortto.'
      }
    >
      <Connection />
      <Loaded query={account}>{(saved) => <Settings saved={settingsOf(saved)} />}</Loaded>
      <Part
        title="Export and import"
        intro={
          'An export contains contacts, activities, samples, the log, the usage and the account. It contains an API key ' +
          'only if the account file names one. You can import an export, or a state file of ortto workbench.'
        }
      >
        <ExportAndImport />
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
  phoneCountry?: string
  merge: Account['dataSource']['merge']
  plan: Plan
}

function settingsOf({ dataSource: { name, merge }, phoneCountry, plan }: Account): SourceSettings {
  return { name, merge, phoneCountry, plan }
}

/** The effect of each merge setting on an existing contact. */
const MERGE_SETTINGS: Record<SourceSettings['merge'], string> = {
  overwrite: 'Values of an event replace those of the contact.',
  append: 'Values of an event only fill empty fields of the contact.',
  'ignore existing': 'Existing contacts do not change. Only new contacts are filled.',
  'new data for existing contacts only':
    'Values of an event only fill empty fields of existing contacts. No contact is created: events of others get 422.',
  'overwrite for existing contacts only':
    'Values of an event replace those of existing contacts. No contact is created: events of others get 422.'
}

const useDraft = draftsOf<SourceSettings>()

function Settings({ saved }: { saved: SourceSettings }) {
  const draft = useDraft(saved)
  const { value: settings, set } = draft
  const change = useAccountChange()
  const { name, merge, phoneCountry, plan } = settings
  const { data: summary } = useSummary()
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
        <TextInput
          label="Country of phone numbers"
          description="Two letters, such as AU. Without it, numbers without a country code are skipped."
          value={phoneCountry ?? ''}
          onChange={({ currentTarget: { value } }) =>
            set({ ...settings, phoneCountry: value === '' ? undefined : value.toUpperCase() })
          }
          maxLength={2}
          maw={360}
        />
        <Radio.Group
          label="When an event matches an existing contact"
          value={merge}
          onChange={(chosen) => set({ ...settings, merge: chosen })}
        >
          <Stack gap="xs" mt="xs">
            {namesOf(MERGE_SETTINGS).map((setting) => (
              <Radio key={setting} value={setting} label={setting} description={MERGE_SETTINGS[setting]} />
            ))}
          </Stack>
        </Radio.Group>
      </Part>
      <Part title="Plan" intro="The plan limits the number of events that Ortto accepts in 24 hours.">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="md">
          {number('Contacts', 'Included in the plan, or purchased in addition.', plan.contacts, (contacts) =>
            setPlan({ contacts })
          )}
          {number('Activities', 'Activities that the plan includes.', plan.activities, (activities) =>
            setPlan({ activities })
          )}
          {number('Custom fields', 'Fields that the plan includes.', plan.customFields, (customFields) =>
            setPlan({ customFields })
          )}
          {number(
            'Track factor',
            'Ortto’s documents say 5. Their examples come out at 10.',
            plan.trackFactor,
            (trackFactor) => setPlan({ trackFactor })
          )}
          {number(
            'Identify events of a classic integration',
            'Already used by a classic integration, which has the same limit.',
            classicUsage.identify,
            (identify) => setPlan({ classicUsage: { ...classicUsage, identify } })
          )}
          {number(
            'Track events of a classic integration',
            'Already used by a classic integration, which has the same limit.',
            classicUsage.track,
            (track) => setPlan({ classicUsage: { ...classicUsage, track } })
          )}
        </SimpleGrid>
        <Text size="sm" aria-live="polite">
          Identify events: {IDENTIFY_EVENTS_PER_CONTACT} × {amount(plan.contacts)} contacts = {amount(limits.identify)}{' '}
          in 24 hours. Track events: {amount(plan.trackFactor)} × {amount(plan.contacts)} contacts ×{' '}
          {amount(plan.activities)} activities = {amount(limits.track)} in 24 hours.
        </Text>
        {summary?.warnings.map(({ code, message }) => (
          <Alert key={code} color="yellow" title="Not in the plan">
            {message}
          </Alert>
        ))}
      </Part>
      <SaveBar
        draft={draft}
        change={change}
        onSave={() =>
          change.mutate(
            (account) => ({ ...account, plan, phoneCountry, dataSource: { ...account.dataSource, name, merge } }),
            { onSuccess: () => draft.settle(settings) }
          )
        }
      />
    </>
  )
}
