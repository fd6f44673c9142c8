import { CloseButton, Group, Kbd, Modal, Table, Title } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'

const SHORTCUTS: readonly [keys: readonly string[], text: string][] = [
  [['Ctrl', 'Enter'], 'Send the events, in the editor'],
  [['Tab'], 'Leave the editor. Ctrl-] and Ctrl-[ indent'],
  [['↑'], 'The event before, in a list of events'],
  [['↓'], 'The next event, in a list of events'],
  [['/'], 'Search in the list of events'],
  [['Escape'], 'Close the menu or the details'],
  [['Ctrl', 'S'], 'Save the mappings'],
  [['?'], 'Show these shortcuts']
]

/** The keyboard shortcuts, which `?` shows. */
export function Shortcuts() {
  const [isOpen, { toggle, close }] = useDisclosure(false)
  useHotkeys([
    ['shift+?', toggle],
    ['?', toggle],
    ['/', () => document.querySelector<HTMLElement>('main input[type="search"]')?.focus()]
  ])
  return (
    // The lock would add a style without the nonce of the content security policy.
    <Modal.Root opened={isOpen} onClose={close} lockScroll={false}>
      <Modal.Overlay />
      <Modal.Content aria-label="Keyboard shortcuts">
        <Modal.Body>
          <Group justify="space-between" py="sm">
            <Title order={2} size="h4">
              Keyboard shortcuts
            </Title>
            <CloseButton aria-label="Close" onClick={close} />
          </Group>
          <Table>
            <Table.Tbody>
              {SHORTCUTS.map(([keys, text]) => (
                <Table.Tr key={text}>
                  <Table.Th scope="row" w={130}>
                    {keys.map((key, index) => (
                      <span key={key}>
                        {index > 0 && ' + '}
                        <Kbd>{key}</Kbd>
                      </span>
                    ))}
                  </Table.Th>
                  <Table.Td>{text}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
