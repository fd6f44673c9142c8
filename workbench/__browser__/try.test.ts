import { openPage, picture, startWorkbench, writeEvents } from './harness'

const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join('\n')

it('shows all steps of an example', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(origin)
  await page.getByRole('combobox', { name: 'Examples' }).click()
  await page.getByRole('option', { name: 'An activity with the traits of its contact' }).click()
  await page.getByRole('button', { name: 'Send' }).click()

  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText('200 delivered').waitFor()
  expect(await way.getByText('Contact 1').count()).toBe(1)
  expect(await way.getByRole('row', { name: /Event name/i }).textContent()).toContain('Sign-in button clicked')
  expect(await way.getByText(/POST http.*\/v1\/track/).count()).toBe(1)
  expect(await way.getByText('type = "identify" is false: its type is "track"').count()).toBe(1)
  expect(sandbox.account.contacts.count).toBe(1)
  await picture(page, 'try')

  // The address names the event: who loads it again sees it again.
  await page.reload()
  await way.getByText('200 delivered').waitFor()
})

it('shows the result of each event of a batch', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/try`)
  await writeEvents(
    page,
    lines(
      { type: 'identify', userId: 'ada', traits: { firstName: 'Ada' } },
      { type: 'identify', traits: { firstName: 'Nobody' } },
      { type: 'page', userId: 'ada' }
    )
  )
  await page.keyboard.press('ControlOrMeta+Enter')
  await page.getByText('3 events: 1 delivered, 1 rejected, 1 not sent.').waitFor()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText(/neither a User ID nor an Anonymous ID/).waitFor()
  await way.getByText('Nothing was sent for this event.').waitFor()
  await page.getByRole('listbox', { name: 'Results' }).press('ArrowDown')
  await way.getByText('No mapping matches this event, so it was not sent.').waitFor()
})

it('marks an error in the text before anything is sent', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(origin)
  await writeEvents(
    page,
    '{"type":"identify","userId":"a","traits":{"firstName":"A"}}\n{"type":"identify",}\n{"userId":"c"}'
  )
  await page.getByText(/^Line 2: This is not JSON/).waitFor()
  await page.locator('.cm-lint-marker-error').nth(1).waitFor()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('3 events: 1 delivered, 2 rejected.').waitFor()
})

it('shows a thousand events, and renders only the visible ones', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(origin)
  const events = Array.from({ length: 1000 }, (_, index) => ({
    type: 'identify',
    userId: `user ${index}`,
    traits: { firstName: 'Lana' }
  }))
  await writeEvents(page, lines(...events))
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('1,000 events: 1,000 delivered.').waitFor()
  expect(await page.getByRole('option').count()).toBeLessThan(60)
  await page.getByRole('listbox', { name: 'Results' }).evaluate((list) => list.scrollTo(0, list.scrollHeight))
  await page.getByRole('option').filter({ hasText: 'user 999' }).click()
  await page.getByRole('heading', { name: 'identify · user 999' }).waitFor()
})

it('keeps the text after a reload', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(origin)
  await writeEvents(page, '{"type":"track","userId":"kept"}')
  await page.reload()
  await page.getByRole('textbox', { name: 'Events' }).getByText('kept').waitFor()
})

it('sends nothing when the editor is empty, and reports when a text contains no events', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(origin)
  await writeEvents(page, '[]')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('The text contains no events.').waitFor()
  await page.getByRole('textbox', { name: 'Events' }).click()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('Delete')
  await page.locator('button:disabled', { hasText: 'Send' }).waitFor()
  expect(sandbox.account.contacts.count).toBe(0)
})
