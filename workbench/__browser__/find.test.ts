import { openPage, picture, startWorkbench, writeEvents } from './harness'

const recent = () => new Date(Date.now() - 60_000).toISOString()
const identify = (number: number, members: object = {}) => ({
  type: 'identify',
  userId: `user ${number}`,
  traits: { firstName: `User ${number}` },
  ...members
})
const track = (members: object = {}) => ({
  type: 'track',
  userId: 'user 1',
  event: 'Sign-in button clicked',
  timestamp: recent(),
  properties: { count: 1 },
  ...members
})

/** 200 events, six of which fail, each in another way. */
function batch(): string {
  const events: unknown[] = Array.from({ length: 200 }, (_, number) => identify(number))
  events[20] = track({ event: 'Sign-in Button Clicked' })
  events[50] = identify(50, { userId: '' })
  events[80] = track({ timestamp: 'yesterday' })
  events[110] = identify(110, { traits: { shoeSize: 38 } })
  events[140] = track({ timestamp: '2019-01-01T00:00:00Z' })
  events[170] = 'not an event'
  return events.map((event) => JSON.stringify(event)).join('\n')
}

it('opens the first of six rejected events among 200, lists only these, and sends a fixed one again', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`, { viewport: { width: 1440, height: 900 } })
  await writeEvents(page, batch())
  await page.getByRole('button', { name: 'Send' }).click()
  const details = page.getByRole('region', { name: 'Event details' })
  await details.getByRole('heading', { name: 'track: Sign-in Button Clicked · user 1' }).waitFor()
  await details.getByText(/Did you mean “Sign-in button clicked”\?/).waitFor()

  await page.getByRole('button', { name: '6 rejected' }).click()
  await page.getByText('Showing 6 of 200 events.').waitFor()
  const list = page.getByRole('listbox', { name: 'Results' })
  expect(await list.getByRole('option').count()).toBe(6)
  await picture(page, 'find')
  await list.press('ArrowDown')
  await details.getByText(/neither a User ID nor an Anonymous ID/).waitFor()
  await list.press('ArrowDown')
  await details
    .getByText(/The timestamp/i)
    .first()
    .waitFor()
  await list.press('ArrowDown')
  await details
    .getByText(/Map it to a field|does not map|ignores/i)
    .first()
    .waitFor()
  await list.press('ArrowDown')
  await details.getByText(/older/i).first().waitFor()
  await list.press('ArrowDown')
  await details.getByText(/Fix the text: an event is a JSON object/).waitFor()

  await list.getByRole('option').first().click()
  await details.getByRole('heading', { name: 'track: Sign-in Button Clicked · user 1' }).waitFor()
  await details.getByRole('button', { name: 'Edit and send again' }).click()
  const editor = page.getByRole('textbox', { name: 'Events' })
  await editor.getByText('Sign-in Button Clicked').waitFor()
  await writeEvents(page, JSON.stringify(track()))
  await page.keyboard.press('ControlOrMeta+Enter')
  await details.getByText('200 delivered').waitFor()
})

it('leads from each of the six failures to its fix, until all events are delivered', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`, { viewport: { width: 1440, height: 900 } })
  await writeEvents(page, batch())
  await page.getByRole('button', { name: 'Send' }).click()
  const details = page.getByRole('region', { name: 'Event details' })
  const list = page.getByRole('listbox', { name: 'Results' })
  const openRejected = async (line: number) => {
    await page.getByRole('link', { name: 'Try an event' }).click()
    await page.getByRole('button', { name: /^\d rejected$/ }).click()
    await list
      .getByRole('option')
      .filter({ hasText: new RegExp(`^${line}\\D`) })
      .click()
  }
  const save = async () => {
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('All changes are saved.').waitFor()
  }

  // Fixed in Ortto: an activity is kept longer, and a trait gets a field.
  await openRejected(141)
  await details.getByRole('link', { name: 'Change the retention' }).click()
  await page.getByLabel('Retention period in days').fill('')
  await save()
  await openRejected(111)
  await details.getByText(/not mapped there, such as “shoeSize”/).waitFor()
  await details.getByRole('link', { name: 'Fields' }).click()
  await page.getByRole('button', { name: 'New field for shoeSize' }).click()
  await page.getByRole('button', { name: 'Add field' }).click()
  await save()

  // Fixed in the mapping, from the field in the details.
  await openRejected(51)
  await details.getByText(/fields? without a value/).click()
  await details.getByRole('link', { name: 'Change Anonymous ID' }).click()
  await page.getByRole('combobox', { name: 'Anonymous ID: path' }).fill('$.traits.firstName')
  await page.keyboard.press('ControlOrMeta+s')
  await page.getByText(/^Saved\./).waitFor()

  // Fixed in the events: a name, a timestamp, and a line that is not an event.
  const fixed = batch()
    .replace('Sign-in Button Clicked', 'Sign-in button clicked')
    .replace('"yesterday"', JSON.stringify(recent()))
    .replace('"not an event"', JSON.stringify(identify(170)))
  await page.getByRole('link', { name: 'Try an event' }).click()
  await writeEvents(page, fixed)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText(/^200 events: (?!.*rejected)/).waitFor()
})

it('filters by text, type and mapping', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  await writeEvents(page, batch())
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('searchbox', { name: 'Search in Results' }).fill('user 17')
  await page.getByText('Showing 10 of 200 events.').waitFor()
  await page.getByRole('searchbox', { name: 'Search in Results' }).fill('')
  await page.getByRole('combobox', { name: 'Type' }).click()
  await page.getByRole('option', { name: 'track' }).click()
  await page.getByText('Showing 3 of 200 events.').waitFor()
  await page.getByRole('button', { name: 'Show every type' }).click()
  await page.getByText(/^Showing/).waitFor({ state: 'detached' })
})

it('links from the error log to the event, also to one that was rejected before it was sent', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  await writeEvents(
    page,
    [identify(1, { userId: '' }), track({ event: 'Fax sent' })].map((one) => JSON.stringify(one)).join('\n')
  )
  await page.getByRole('button', { name: 'Send' }).click()
  const log = page.getByRole('group', { name: 'Error log' })
  for (const [outcome, heading] of [
    ['400 rejected before sending', 'identify'],
    ['422 rejected', 'track: Fax sent · user 1']
  ]) {
    await page.getByRole('link', { name: 'Error log' }).click()
    await log.getByRole('listitem').filter({ hasText: outcome }).getByRole('link', { name: 'Open the event' }).click()
    await page.getByRole('region', { name: 'Event details' }).getByRole('heading', { name: heading }).waitFor()
  }
  await page.getByRole('link', { name: 'See it in the error log' }).click()
  await page.getByText('1 of 2 entries.').waitFor()
})

it('titles contacts by name, shows the events that set their fields, and lists the members of an audience', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/mappings/1`)
  await page.getByRole('textbox', { name: 'Audience Name' }).fill('VIP customers')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText(/Connected to the Ortto audience/).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/^Saved\./).waitFor()
  await page.getByRole('textbox', { name: 'Audience Name' }).fill('Vip Customers')
  await page.getByText(/Did you mean “VIP customers”/).waitFor()
  await page.getByRole('link', { name: 'Try an event' }).click()
  await writeEvents(
    page,
    JSON.stringify({ type: 'identify', userId: 'lana', traits: { firstName: 'Lana', lastName: 'Romeijn' } })
  )
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('region', { name: 'Event details' }).getByText('200 delivered').waitFor()

  await page.getByRole('link', { name: 'Audiences' }).click()
  await page.getByRole('link', { name: 'VIP customers' }).click()
  await page.getByText('1 member.').waitFor()
  await page
    .getByRole('group', { name: 'Members of VIP customers' })
    .getByRole('link', { name: 'Lana Romeijn' })
    .click()
  await page.getByRole('heading', { name: 'Lana Romeijn' }).waitFor()
  const timeline = page.getByRole('group', { name: 'Timeline' })
  await timeline.getByText(/An event set the user id: lana, First name: Lana, Last name: Romeijn/).waitFor()
  await timeline.getByRole('link', { name: 'Open the event' }).click()
  await page.getByRole('heading', { name: 'identify · lana' }).waitFor()
  expect(sandbox.account.contacts.count).toBe(1)
})

it('announces a fault, a moved clock and a full limit where they matter', async () => {
  const { origin, sandbox } = await startWorkbench({ account: { plan: { contacts: 0 }, traits: {} } })
  sandbox.faults.add({ kind: 'status', status: 503, message: 'Down', once: false })
  sandbox.clock.advance(3 * 24 * 60 * 60_000)
  const page = await openPage(`${origin}/try`)
  const main = page.getByRole('main')
  await main.getByText(/A fault is on/).waitFor()
  await main.getByText(/The clock of the local Ortto was moved: real time reaches it in 3 days/).waitFor()
  await main.getByText(/The limit of identify and track events is reached/).waitFor()
  const state = page.getByRole('group', { name: 'State of the local Ortto' })
  expect(await state.getByRole('link').allTextContents()).toEqual(['1 fault', 'clock moved', 'limit reached'])
  await page.goto(`${origin}/ortto/limits`)
  await main.getByText(/A fault is on/).waitFor()
  expect(await main.getByText(/The limit of identify/).count()).toBe(0)
})

it('shows the details as a sheet on a small screen, which Escape closes', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`, { viewport: { width: 400, height: 800 } })
  await page.getByRole('button', { name: 'Send' }).click()
  const sheet = page.getByRole('dialog', { name: 'Event details' })
  await sheet.getByText('200 delivered').waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  await page.getByRole('option').first().click()
  await sheet.getByText('200 delivered').waitFor()
})

it('copies an event as a curl command that sends it again', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`, { permissions: ['clipboard-read', 'clipboard-write'] })
  await page.getByRole('button', { name: 'Send' }).click()
  const details = page.getByRole('region', { name: 'Event details' })
  await details.getByRole('button', { name: 'Copy as …' }).click()
  await page.getByRole('menuitem', { name: 'Copy as a curl command' }).click()
  await details.getByRole('button', { name: 'Copied as curl' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl -u \w{32}: http/)
})

it('pauses the live events', async () => {
  const { origin, writeKey } = await startWorkbench()
  const page = await openPage(`${origin}/live`)
  const send = (userId: string) =>
    fetch(`${origin}/v1/identify`, {
      method: 'POST',
      body: JSON.stringify({ writeKey, userId, traits: { firstName: 'L' } })
    })
  await send('first')
  await page.getByRole('button', { name: 'Pause' }).click()
  await send('second')
  await page.getByText(/Paused: newer events are not shown/).waitFor()
  expect(await page.getByRole('option').count()).toBe(1)
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('option').filter({ hasText: 'second' }).waitFor()
})
