import { Alert } from '@mantine/core'

/** What went wrong, in the words of whoever knows. */
export function Failure({ error }: { error: Error | null | undefined }) {
  return error === null || error === undefined ? null : (
    <Alert color="red" role="alert">
      {error.message}
    </Alert>
  )
}
