import { Alert, Badge, Group } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { Link, useLocation } from 'wouter'
import { describeFault } from './ortto/faults'
import { percentOf } from './ortto/limits'
import { useSummary } from './ortto/queries'
import { TextLink } from './ortto/view'
import { inWords } from './ortto/words'

/** A state of the local Ortto that changes what happens to events. */
interface Notice {
  /** In the header */
  short: string
  text: string
  link: { path: string; label: string }
}

/** A smaller difference between the clock of the local Ortto and the real time is not announced. */
const TOLERANCE_MS = 60_000

/** What is unusual about the local Ortto at the moment. Undefined until it is known. */
function useNotices(): Notice[] | undefined {
  const { data } = useSummary()
  if (!data) {
    return undefined
  }
  const { faults, now, usage } = data
  const real = new Date()
  const full = (['identify', 'track'] as const).filter((kind) => percentOf(usage[kind]) >= 100)
  const isAhead = Date.parse(now) - real.getTime() > TOLERANCE_MS
  return [
    ...(faults.length > 0
      ? [
          {
            short: faults.length === 1 ? '1 fault' : `${faults.length} faults`,
            text: `A fault is on, so requests fail on purpose: ${faults.map(describeFault).join('; ')}.`,
            link: { path: '/ortto/clock-and-faults', label: 'Switch it off' }
          }
        ]
      : []),
    ...(isAhead
      ? [
          {
            short: 'clock moved',
            text: `The clock of the local Ortto was moved: real time reaches it ${inWords(real.toISOString(), now)}.`,
            link: { path: '/ortto/clock-and-faults', label: 'Clock' }
          }
        ]
      : []),
    ...(full.length > 0
      ? [
          {
            short: 'limit reached',
            text: `The limit of ${full.join(' and ')} events is reached, so more of them get 429.`,
            link: { path: '/ortto/limits', label: 'Limits' }
          }
        ]
      : [])
  ]
}

/** Announces faults, a moved clock and full limits, except on the page that is about them. */
export function Notices() {
  const [location] = useLocation()
  const notices = useNotices()?.filter(({ link }) => !location.startsWith(link.path)) ?? []
  return (
    <>
      {notices.map(({ short, text, link }) => (
        <Alert key={short} color="yellow" p="xs" mb="sm" icon={<IconAlertTriangle size={18} aria-hidden />}>
          {text} <TextLink href={link.path}>{link.label}</TextLink>
        </Alert>
      ))}
    </>
  )
}

/** The state of the local Ortto, for the header. */
export function StateBadges() {
  const notices = useNotices()
  if (!notices) {
    return null
  }
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label="State of the local Ortto" visibleFrom="xs">
      {notices.length === 0 ? (
        <Badge variant="light" color="teal" tt="none" leftSection={<IconCircleCheck size={14} aria-hidden />}>
          local Ortto ready
        </Badge>
      ) : (
        notices.map(({ short, link }) => (
          <Badge
            key={short}
            component={Link}
            href={link.path}
            variant="light"
            color="orange"
            tt="none"
            size="lg"
            style={{ cursor: 'pointer' }}
          >
            {short}
          </Badge>
        ))
      )}
    </Group>
  )
}
