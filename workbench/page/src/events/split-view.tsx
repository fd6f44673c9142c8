import { CloseButton, Drawer, Group } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import type { ReactNode } from 'react'

/** From this width on, the details are beside the list. */
const WIDE = '(min-width: 75em)'

interface SplitViewProps {
  children: ReactNode
  /** Undefined while no event is selected */
  details: ReactNode | undefined
  /** Shown in the place of the details on a wide screen */
  empty: ReactNode
  onClose: () => void
}

/** A list with the details of the selected event: beside it on a wide screen, else as a sheet over it. */
export function SplitView({ children, details, empty, onClose }: SplitViewProps) {
  const isWide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false })
  if (isWide) {
    return (
      <div className="split">
        <div className="split-list">{children}</div>
        <div className="split-details">
          {details === undefined ? (
            empty
          ) : (
            <>
              <CloseDetails onClose={onClose} />
              {details}
            </>
          )}
        </div>
      </div>
    )
  }
  return (
    <>
      {children}
      <Drawer.Root
        opened={details !== undefined}
        onClose={onClose}
        position="bottom"
        size="88%"
        // The lock would add a style without the nonce of the content security policy.
        lockScroll={false}
      >
        <Drawer.Overlay />
        <Drawer.Content aria-label="Event details">
          <Drawer.Body pt="sm">
            <CloseDetails onClose={onClose} />
            {details}
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  )
}

function CloseDetails({ onClose }: { onClose: () => void }) {
  return (
    <Group justify="flex-end" mb={-28}>
      <CloseButton aria-label="Close the details" onClick={onClose} />
    </Group>
  )
}
