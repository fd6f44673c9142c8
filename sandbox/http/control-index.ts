/** One request that the control API accepts. */
interface IndexEntry {
  description: string
  /** A command for a terminal */
  curl: string
}

const CONVERT_EXAMPLE = `/sandbox/convert?value=5&field=${encodeURIComponent('{"name":"Count","type":"number"}')}`

/** Method, path, example body and description. */
const ROUTES: [string, string, object | undefined, string][] = [
  ['GET', '/sandbox/summary', undefined, 'Shows the numbers of contacts, activities, audiences and log entries'],
  ['GET', '/sandbox/contacts', undefined, 'Lists the contacts with their activities and their history'],
  ['GET', '/sandbox/contacts/1', undefined, 'Shows one contact, by its number'],
  ['GET', '/sandbox/contacts/search?text=lana&limit=50', undefined, 'Finds contacts by a text, and by audience=NAME'],
  ['GET', '/sandbox/activities', undefined, 'Lists the activities, each with its state and the reason'],
  ['GET', '/sandbox/activities/newest?limit=50', undefined, 'Lists the newest activities'],
  ['GET', '/sandbox/audiences', undefined, 'Lists the audiences, with the number of contacts in each'],
  ['GET', '/sandbox/samples', undefined, 'Shows the latest items, for setting up the mappings'],
  ['GET', '/sandbox/requests', undefined, 'Lists the latest requests to /v1, with what was sent'],
  ['DELETE', '/sandbox/requests', undefined, 'Forgets these requests'],
  ['GET', '/sandbox/log', undefined, 'Lists the last 500 errors'],
  ['GET', '/sandbox/usage', undefined, "Shows the usage of the plan's limits in the last 24 hours"],
  ['GET', '/sandbox/clock', undefined, 'Shows the time'],
  ['POST', '/sandbox/clock', { by: '2 minutes' }, 'Moves the clock forward'],
  ['GET', '/sandbox/faults', undefined, 'Lists the active faults'],
  ['POST', '/sandbox/faults', { kind: 'status', status: 503 }, 'Adds a fault for one request'],
  ['DELETE', '/sandbox/faults/status', undefined, 'Removes the faults of one kind'],
  ['DELETE', '/sandbox/faults', undefined, 'Removes all faults'],
  ['GET', CONVERT_EXAMPLE, undefined, 'Converts a value to the type of a field, or says why it would be skipped'],
  ['GET', '/sandbox/account', undefined, 'Shows how the account is set up'],
  ['PUT', '/sandbox/account', { traits: {} }, 'Changes how the account is set up. Contacts and activities stay'],
  ['POST', '/sandbox/reset', {}, 'Deletes everything and starts again, with an "account" set up as described'],
  ['GET', '/sandbox/state', undefined, 'Exports everything in the sandbox. Send it with PUT to import it again']
]

/** The paths of the control API, without parameters, for a description of it. */
export function listPaths(): { method: string; path: string; description: string; hasBody: boolean }[] {
  return ROUTES.map(([method, path, body, description]) => ({
    method,
    path: path.split('?')[0].replace('/contacts/1', '/contacts/{number}').replace('/faults/status', '/faults/{kind}'),
    description,
    hasBody: body !== undefined
  }))
}

/** Everything that the control API offers. @param origin for example `http://127.0.0.1:8030` */
export function listRoutes(origin: string): IndexEntry[] {
  return ROUTES.map(([method, path, body, description]) => ({
    description,
    curl: formatCurl(method, origin + path, body)
  }))
}

function formatCurl(method: string, url: string, body: object | undefined): string {
  const options = method === 'GET' ? '' : ` -X ${method} -H 'content-type: application/json'`
  // A shell interprets these characters unless they are quoted.
  const argument = /[?&]/.test(url) ? `'${url}'` : url
  return `curl${options}${body ? ` -d '${JSON.stringify(body)}'` : ''} ${argument}`
}
