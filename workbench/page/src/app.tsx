import {
  ActionIcon,
  Alert,
  Anchor,
  AppShell,
  Badge,
  Burger,
  Group,
  NavLink,
  Text,
  Title,
  useMantineColorScheme
} from '@mantine/core'
import { useDisclosure, useDocumentTitle, useHotkeys } from '@mantine/hooks'
import { IconActivity, IconArrowsSplit2, IconSend } from '@tabler/icons-react'
import type { TablerIcon } from '@tabler/icons-react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { useFeed } from './feed'
import { LiveView } from './live/live-view'
import { MappingsView } from './mappings/mappings-view'
import { useMappingsDraft } from './mappings/use-mappings-draft'
import { Notices, StateBadges } from './notices'
import { ORTTO_VIEWS, OrttoView } from './ortto/ortto-view'
import { Shortcuts } from './shortcuts'
import { TryView } from './try/try-view'

const VIEWS = [
  { path: '/try', label: 'Try an event', Icon: IconSend },
  { path: '/mappings', label: 'Mappings', Icon: IconArrowsSplit2 },
  { path: '/live', label: 'Live events', Icon: IconActivity }
]

const TITLE = 'Ortto workbench'

/** The frame of the page. The address selects the view. */
export function App() {
  const [isOpen, { toggle, close }] = useDisclosure(false)
  const { isConnected } = useFeed()
  const [location] = useLocation()
  const view = [...VIEWS, ...ORTTO_VIEWS].find(({ path }) => isUnder(location, path))
  useDocumentTitle(view ? `${view.label} · ${TITLE}` : TITLE)
  useHotkeys([['Escape', close]])
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !isOpen } }}
      padding={{ base: 'sm', sm: 'md' }}
    >
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="xs" wrap="nowrap">
            <Burger opened={isOpen} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Show the menu" />
            <Title order={1} size="h4">
              {TITLE}
            </Title>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <StateBadges />
            <SchemeButton />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Views" style={{ overflowY: 'auto' }}>
        <Section title="Segment" views={VIEWS} onOpen={close} />
        <Section title="Ortto" views={ORTTO_VIEWS} onOpen={close} />
        <Text size="xs" c="dimmed" px="sm" pt="md">
          Press ? for shortcuts.{' '}
          <Anchor href="/licenses.txt" target="_blank" inherit>
            Licences
          </Anchor>
        </Text>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <Notices />
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
      <Shortcuts />
    </AppShell>
  )
}

function isUnder(location: string, path: string): boolean {
  return location === path || location.startsWith(`${path}/`)
}

interface SectionProps {
  title: string
  views: readonly { path: string; label: string; Icon: TablerIcon }[]
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
      {views.map(({ path, label, Icon }) => {
        const isActive = isUnder(location, path)
        return (
          <NavLink
            key={path}
            component={Link}
            href={path}
            label={label}
            leftSection={<Icon size={18} stroke={1.6} aria-hidden />}
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
