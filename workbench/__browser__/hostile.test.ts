import { openPage, startWorkbench, writeEvents } from './harness'

it('shows hostile traits as text, and runs none of them', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(origin)
  const markup = '<img src=x onerror="document.title=\'taken over\'"><script>document.title="taken over"</script>'
  const event = {
    type: 'track',
    event: markup,
    userId: '\u202egnp.exe \u05d0\u05d1\u05d2',
    messageId: markup,
    properties: { [markup]: markup, ['__proto__']: { polluted: true } }
  }
  await writeEvents(page, JSON.stringify(event))
  await page.getByRole('button', { name: 'Send' }).click()
  await page
    .getByRole('region', { name: 'Event details' })
    .getByText(/No mappings configured/)
    .first()
    .waitFor()
  expect(await page.title()).toBe('Try an event · Ortto workbench')
  expect(await page.locator('main img').count()).toBe(0)
  expect(await page.evaluate(() => 'polluted' in {})).toBe(false)
})

it('truncates a trait of a megabyte, and keeps the layout', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(origin)
  await page.getByRole('textbox', { name: 'Events' }).waitFor()
  const text = JSON.stringify({ type: 'identify', userId: 'large', traits: { firstName: 'x'.repeat(1_000_000) } })
  await page.evaluate((value) => sessionStorage.setItem('tried text', value), text)
  await page.reload()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('1 event: 1 delivered.').waitFor()
  await page
    .getByText(/Show all .* characters/)
    .first()
    .waitFor()
  expect(sandbox.account.contacts.count).toBe(1)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width).toBeLessThanOrEqual(1280)
})
