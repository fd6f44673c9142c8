import { Card, Progress, SimpleGrid, Text, Title } from '@mantine/core'
import type { UsageJson } from '../../../../sandbox'
import { describeUsage, percentOf } from './limits'
import { useSummary } from './queries'
import { Loaded, TextLink, View } from './view'
import { amount } from './words'

/** The usage of the plan's limits. */
export function LimitsView() {
  const summary = useSummary()
  return (
    <View
      title="Limits"
      intro={
        <>
          Your plan limits events per 24 hours. Events above the limit get 429, and Segment retries them. An activity
          with traits or an audience counts in both limits. To change the limits, edit the plan of the{' '}
          <TextLink href="/ortto/source">data source</TextLink>. To reset the usage,{' '}
          <TextLink href="/ortto/clock-and-faults">move the clock</TextLink> a day forward.
        </>
      }
    >
      <Loaded query={summary}>
        {({ usage, now }) => (
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Gauge title="Identify events" usage={usage.identify} now={now} />
            <Gauge title="Track events" usage={usage.track} now={now} />
          </SimpleGrid>
        )}
      </Loaded>
    </View>
  )
}

function Gauge({ title, usage, now }: { title: string; usage: UsageJson; now: string }) {
  const { used, limit } = usage
  const percent = percentOf(usage)
  const color = percent >= 100 ? 'red' : percent >= 80 ? 'orange' : 'teal'
  return (
    <Card withBorder padding="md">
      <Title order={3} size="h5">
        {title}
      </Title>
      <Text size="xl" fw={700}>
        {amount(used)} <Text span>of {amount(limit)} in the last 24 hours</Text>
      </Text>
      <Progress.Root size="xl" my="xs">
        <Progress.Section
          value={percent}
          color={color}
          aria-label={`${title} used of the limit`}
          aria-valuetext={`${amount(used)} of ${amount(limit)}`}
        />
      </Progress.Root>
      <Text size="sm">{describeUsage(usage, now)}</Text>
    </Card>
  )
}
