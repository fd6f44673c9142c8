import { openPage, picture, startWorkbench, writeEvents } from './harness'

const lana = { type: 'identify', userId: 'lana', traits: { firstName: 'Lana', birthday: '1980-07-28', plan: 'pro' } }

it('links from a rejected contact to the mapping of its traits, and to the stored contact', async () => {
  const { origin } = await startWorkbench({ account: {} })
  const page = await openPage(`${origin}/ortto/fields`)
  await page.getByText('Waiting for Segment to send us an Identify event').waitFor()

  await page.getByRole('link', { name: 'Try an event' }).first().click()
  await writeEvents(page, JSON.stringify(lana))
  await page.getByRole('button', { name: 'Send' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText('422 rejected').waitFor()
  await way.getByRole('link', { name: 'Fields' }).click()
  await page.getByText('The first identify event is here').waitFor()

  await page.getByRole('button', { name: 'Map all received traits' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All changes are saved.').waitFor()
  await picture(page, 'fields')

  await page.getByRole('link', { name: 'Try an event' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await way.getByText('200 delivered').waitFor()
  await way.getByRole('link', { name: 'Contact 1' }).click()
  await page.getByRole('heading', { name: 'Lana' }).waitFor()
  await page.getByText('1980-07-28').first().waitFor()
})

it('links from a rejected activity to its mapping', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  const fax = { type: 'track', userId: 'lana', event: 'Fax sent', properties: { pages: 3 } }
  await writeEvents(page, JSON.stringify(fax))
  await page.getByRole('button', { name: 'Send' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByRole('link', { name: 'Add the activity' }).click()
  await page.getByRole('button', { name: 'Map it' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All changes are saved.').waitFor()
  expect(sandbox.account.file.activities.map(({ name }) => name)).toContain('Fax sent')

  await page.getByRole('link', { name: 'Try an event' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await way.getByText('200 delivered').waitFor()
})

it('adds an activity that was not received yet', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/ortto/activities`)
  await page.getByRole('textbox', { name: 'Enter manually' }).fill('Fax sent')
  await page.getByRole('button', { name: 'Add activity' }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All changes are saved.').waitFor()

  expect(sandbox.account.file.activities.slice(-1)).toEqual([{ name: 'Fax sent', retentionDays: 90, attributes: {} }])
})

it('keeps the type of a field that was made, and warns of what the plan does not include', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/ortto/fields`)
  const field = page.getByRole('group', { name: 'Field Active' })
  await field.getByText('yes/no').waitFor()
  expect(await field.getByRole('combobox').count()).toBe(0)

  await page.goto(`${origin}/ortto/source`)
  await page.getByLabel('Activities', { exact: true }).fill('1')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Each further one needs the add-on "Activities +": 1 in all.').waitFor()
})

it('shows contacts with their timeline, activities, the error log, and the limits', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  const signIn = { type: 'track', userId: 'lana', event: 'Sign-in button clicked', timestamp: new Date().toISOString() }
  await writeEvents(page, [lana, signIn].map((event) => JSON.stringify(event)).join('\n'))
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('2 events: 1 delivered, 1 with skipped values.').waitFor()

  const menu = page.getByRole('navigation', { name: 'Views' })
  await menu.getByRole('link', { name: 'Contacts' }).click()
  await page.getByLabel('Search ids and fields').fill('lana')
  await page.getByRole('group', { name: 'Contacts' }).getByRole('link').first().click()
  const timeline = page.getByRole('group', { name: 'Timeline' })
  await timeline.getByText('Sign-in button clicked').waitFor()
  await timeline.getByText(/^Created: no contact had/).waitFor()
  await picture(page, 'contact')

  await menu.getByRole('link', { name: 'Activities' }).click()
  await page.getByRole('group', { name: 'Latest activities' }).getByText('Sign-in button clicked').waitFor()
  await menu.getByRole('link', { name: 'Error log' }).click()
  await page.getByText(/"birthday" was skipped/).waitFor()
  await menu.getByRole('link', { name: 'Limits' }).click()
  await page.getByRole('progressbar', { name: /Identify events used/ }).waitFor({ state: 'attached' })
  await page.getByText(/1 .*of 50,000/).waitFor()
  await picture(page, 'limits')
})

it('moves the clock, switches a fault on and off, and starts over', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/ortto/clock-and-faults`)
  const before = sandbox.clock.now()
  await page.getByRole('button', { name: '+1 day' }).click()
  await page
    .getByText(new Date(before + 86_400_000).toISOString().slice(0, 10))
    .first()
    .waitFor()
  await page.getByRole('radio', { name: 'Until it is switched off' }).check()
  await page.getByRole('button', { name: 'Switch on' }).click()
  await page.getByRole('button', { name: 'Switch off status' }).waitFor()

  const menu = page.getByRole('navigation', { name: 'Views' })
  await menu.getByRole('link', { name: 'Try an event' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText('503 retryable').waitFor()
  await way.getByRole('link', { name: 'Clock and faults' }).click()
  await page.getByRole('button', { name: 'Switch off status' }).click()
  await page.getByText('No fault is switched on.').waitFor()
  await menu.getByRole('link', { name: 'Try an event' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await way.getByText('200 delivered').waitFor()
  expect(sandbox.account.contacts.count).toBe(1)

  await menu.getByRole('link', { name: 'Data source' }).click()
  await page.getByRole('button', { name: 'Start over…' }).click()
  await page.getByRole('alert').getByRole('button', { name: 'Delete and start over' }).click()
  await page.getByRole('button', { name: 'Start over…' }).waitFor()
  expect(sandbox.account.contacts.count).toBe(0)
  expect(sandbox.clock.offsetMs).toBe(0)
})

it('changes the merge settings, and exports and imports the state', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/ortto/source`)
  await page.getByRole('radio', { name: 'append' }).check()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All changes are saved.').waitFor()
  expect(sandbox.account.file.dataSource.merge).toBe('append')

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export' }).click()
  ])
  const path = await download.path()
  sandbox.reset()
  await page.locator('input[type="file"]').setInputFiles(path)
  await page.getByRole('alert').getByRole('button', { name: 'Replace everything' }).click()
  await page.getByText('Imported 0 contacts.').waitFor()
  expect(sandbox.account.file.dataSource.merge).toBe('append')
  await page.getByRole('radio', { name: 'append', checked: true }).waitFor()
})
