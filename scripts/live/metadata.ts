/** A member of the definitions' metadata that differs. Undefined stands for one that is not there, or not set. */
export interface MetadataDifference {
  /** Keys with dots between them, as in `actions.trackActivity.fields.ip.format` */
  path: string
  live: unknown
  ours: unknown
}

/** The members in which the metadata of two definitions differ: everything but their functions' code. */
export function compareMetadata(live: object, ours: object): MetadataDifference[] {
  return compareMembers('', toMetadata(live), toMetadata(ours))
}

/** The definition as JSON. A function becomes true. What is false or null is left out, as is what is not set. */
function toMetadata(definition: object): unknown {
  const json = JSON.stringify(definition, (_key, value: unknown) => {
    if (typeof value === 'function') {
      return true
    }
    return value === false || value === null ? undefined : value
  })
  return JSON.parse(json)
}

function compareMembers(path: string, live: unknown, ours: unknown): MetadataDifference[] {
  if (!isContainer(live) || !isContainer(ours)) {
    return live === ours ? [] : [{ path, live, ours }]
  }
  const keys = new Set([...Object.keys(live), ...Object.keys(ours)])
  const members = [...keys].flatMap((key) => compareMembers(path === '' ? key : `${path}.${key}`, live[key], ours[key]))
  const orders = [live, ours].map((one) =>
    Object.keys(one)
      .filter((key) => key in live && key in ours)
      .join(', ')
  )
  const isOrdered = path.endsWith('.fields') && orders[0] !== orders[1]
  return isOrdered ? [...members, { path: `${path} (order)`, live: orders[0], ours: orders[1] }] : members
}

function isContainer(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null
}
