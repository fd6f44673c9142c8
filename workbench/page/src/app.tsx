import {
  ActionIcon,
  Alert,
  AppShell,
  Badge,
  Burger,
  Group,
  NavLink,
  Text,
  Title,
  useMantineColorScheme
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { useFeed } from './feed'
import { LiveView } from './live/live-view'
import { MappingsView } from './mappings/mappings-view'
import { useMappingsDraft } from './mappings/use-mappings-draft'
import { ORTTO_VIEWS, OrttoView } from './ortto/ortto-view'
import { TryView } from './try/try-view'

const VIEWS = [
  { path: '/try', label: 'Try an event' },
  { path: '/mappings', label: 'Mappings' },
  { path: '/live', label: 'Live events' }
]

/** The frame of the page. The address selects the view. */
export function App() {
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const { isConnected } = useFeed()
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'md' }}
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Show the menu" />
            <Title order={1} size="h4">
              Ortto workbench
            </Title>
          </Group>
          <SchemeButton />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Views" style={{ overflowY: 'auto' }}>
        <Section title="Segment" views={VIEWS} onOpen={close} />
        <Section title="Ortto" views={ORTTO_VIEWS} onOpen={close} />
      </AppShell.Navbar>
      <AppShell.Main>
        {!isConnected && (
          <Alert color="red" title="The workbench does not respond" mb="md" role="alert">
            This page may be out of date. Start the workbench with npm run workbench. The page then reconnects.
          </Alert>
        )}
        <Switch>
          <Route path="/try/:trace?" component={TryView} />
          <Route path="/mappings/:number?" component={MappingsView} />
          <Route path="/live/:trace?" component={LiveView} />
          <Route path="/ortto/:view/:item?" component={OrttoView} />
          <Route>
            <Redirect to="/try" replace />
          </Route>
        </Switch>
      </AppShell.Main>
    </AppShell>
  )
}

interface SectionProps {
  title: string
  views: readonly { path: string; label: string }[]
  onOpen: () => void
}

function Section({ title, views, onOpen }: SectionProps) {
  const [location] = useLocation()
  const hasDraft = useMappingsDraft() !== undefined
  return (
    <>
      <Text size="xs" c="dimmed" fw={700} px="sm" pt="xs" pb={4} tt="uppercase">
        {title}
      </Text>
      {views.map(({ path, label }) => {
        const isActive = location === path || location.startsWith(`${path}/`)
        return (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={label}
            active={isActive}
            rightSection={
              path === '/mappings' && hasDraft ? (
                <Badge color="orange" variant="light" size="sm" tt="none">
                  not saved
                </Badge>
              ) : undefined
            }
            aria-current={isActive ? 'page' : undefined}
            onClick={onOpen}
          />
        )
      })}
    </>
  )
}

function SchemeButton() {
  const { colorScheme, toggleColorScheme } = useMantineColorScheme()
  return (
    <ActionIcon
      variant="default"
      size="lg"
      onClick={toggleColorScheme}
      aria-label="Switch between light and dark"
      title={`Colors: ${colorScheme}`}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
      </svg>
    </ActionIcon>
  )
}
