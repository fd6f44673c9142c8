import { Alert } from '@mantine/core'

/** An error message. */
export function Failure({ error }: { error: Error | null | undefined }) {
  return error === null || error === undefined ? null : (
    <Alert color="red" role="alert">
      {error.message}
    </Alert>
  )
}
