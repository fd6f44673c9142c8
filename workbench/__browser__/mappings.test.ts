import { mkdtempSync, readFileSync, rmSync } from 'fs'
import { tmpdir } from 'os'
import { join } from 'path'
import { readMappings } from '../../delivery'
import { openPage, picture, startWorkbench, writeEvents } from './harness'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbench-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const menuLink = { name: 'Try an event' }

it('links from an event without an ID to the mapping, which can be fixed and saved to the file', async () => {
  const mappingsFile = join(folder, 'mappings.json')
  const { origin } = await startWorkbench({ mappingsFile })
  const page = await openPage(`${origin}/try`)
  const event = { type: 'identify', traits: { id: 'customer-7', firstName: 'Kim' } }
  await writeEvents(page, JSON.stringify(event))
  await page.getByRole('button', { name: 'Send' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText(/neither a User ID nor an Anonymous ID/).waitFor()
  await way.getByRole('link', { name: 'Edit this mapping' }).click()

  // The preview shows the event that was tried.
  const userId = page.getByRole('group', { name: 'User ID' }).first()
  await userId.getByText('Result: no value').waitFor()
  await userId.getByLabel('User ID: path').fill('$.traits.id')
  await userId.getByText('customer-7').waitFor()
  await picture(page, 'mapping')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. Events are now sent through these mappings.').waitFor()
  expect(readMappings(JSON.parse(readFileSync(mappingsFile, 'utf8')))[0].mapping.user_id).toEqual({
    '@path': '$.traits.id'
  })

  await page.getByRole('link', menuLink).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await way.getByText('200 delivered').waitFor()
})

it('checks a trigger while it is edited, and keeps unsaved changes after a reload', async () => {
  const { origin, mappings } = await startWorkbench()
  const page = await openPage(`${origin}/mappings/2`)
  const trigger = page.getByRole('textbox', { name: 'Which events it matches' })
  await trigger.fill('type = "track" or type = "page" and event = "a"')
  await page
    .getByText(/Segment reads it as/)
    .first()
    .waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)

  await trigger.fill('type = "track" and event = "Sign-in button clicked"')
  await page.getByText(/^Unsaved changes\./).waitFor()
  await page.reload()
  expect(await trigger.inputValue()).toBe('type = "track" and event = "Sign-in button clicked"')
  await page.keyboard.press('ControlOrMeta+s')
  await page.getByText(/^Saved\./).waitFor()
  expect(mappings.mappings[1].subscribe).toBe('type = "track" and event = "Sign-in button clicked"')
})

it('connects a mapping to an audience, which then contains the contact', async () => {
  const { origin, sandbox } = await startWorkbench()
  const page = await openPage(`${origin}/mappings/1`)
  await page.getByRole('textbox', { name: 'Audience Name' }).fill('VIP customers')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText(/Connected to the Ortto audience "VIP customers"/).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/^Saved\./).waitFor()

  await page.getByRole('link', menuLink).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('region', { name: 'Event details' }).getByText('Audience VIP customers').waitFor()
  const [contact] = sandbox.account.contacts.all()
  expect(contact.memberships.get('VIP customers')?.isMember).toBe(true)
})

it('keeps edits that were made while an audience was connected', async () => {
  const { origin } = await startWorkbench()
  const page = await openPage(`${origin}/mappings/1`)
  let respond = () => undefined as void
  await page.route('**/api/audience', async (route) => {
    await new Promise<void>((resolve) => (respond = resolve))
    await route.continue()
  })
  const connectTo = async (audience: string) => {
    await page.getByRole('textbox', { name: 'Audience Name' }).fill(audience)
    const request = page.waitForRequest('**/api/audience')
    await page.getByRole('button', { name: 'Connect', exact: true }).click()
    await request
  }
  await connectTo('VIP customers')
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('Renamed')
  respond()
  await page.getByText(/Connected to the Ortto audience "VIP customers"/).waitFor()
  expect(await name.inputValue()).toBe('Renamed')

  await connectTo('Newsletter')
  await page.getByRole('link', { name: '← All mappings' }).click()
  await page.getByRole('button', { name: 'Delete Track Activity' }).click()
  await page.getByText('1 of 50').waitFor()
  const response = page.waitForResponse('**/api/audience')
  respond()
  await (await response).finished()
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
  expect(await page.getByText('1 of 50').count()).toBe(1)
})

it('duplicates, deletes, undoes, disables, exports and imports', async () => {
  const { origin, mappings } = await startWorkbench()
  const page = await openPage(`${origin}/mappings`)
  await page.getByRole('button', { name: 'Duplicate Upsert Contact' }).click()
  await page.getByText('3 of 50').waitFor()
  await page.getByRole('button', { name: 'Delete Track Activity' }).click()
  await page.getByText('2 of 50').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('3 of 50').waitFor()
  await page.getByRole('switch', { name: 'Enabled: Track Activity' }).click({ force: true })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/^Saved\./).waitFor()
  expect(mappings.mappings.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['Upsert Contact', true],
    ['Upsert Contact copy', false],
    ['Track Activity', false]
  ])
  await picture(page, 'mappings')

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export', exact: true }).click()
  ])
  const text = readFileSync(await download.path(), 'utf8')
  expect(JSON.parse(text)).toEqual(mappings.mappings)
  await page.getByRole('button', { name: 'Reset to the presets' }).click()
  await page.getByText('2 of 50').waitFor()
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByRole('textbox', { name: 'Mappings as JSON' }).fill('[{"name":"Wrong"}]')
  await page.getByRole('button', { name: 'Import these mappings' }).click()
  await page.getByText('Nothing was imported:').waitFor()
  const [exported] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export for Segment’s API' }).click()
  ])
  const subscriptions = JSON.parse(readFileSync(await exported.path(), 'utf8')) as object[]
  expect(subscriptions[0]).toMatchObject({ actionSlug: 'upsertContact', trigger: 'type = "identify"' })
  const envelope = JSON.stringify({ data: { subscriptions } })
  await page.getByRole('textbox', { name: 'Mappings as JSON' }).fill(envelope)
  await page.getByRole('button', { name: 'Import these mappings' }).click()
  await page.getByText('3 of 50').waitFor()
})

it('does not overwrite the changes of another tab until the user decides', async () => {
  const { origin, mappings } = await startWorkbench()
  const [mine, theirs] = [await openPage(`${origin}/mappings/1`), await openPage(`${origin}/mappings/1`)]
  await mine.getByRole('textbox', { name: 'Name', exact: true }).fill('Mine')
  await theirs.getByRole('textbox', { name: 'Name', exact: true }).fill('Theirs')
  await theirs.getByRole('button', { name: 'Save' }).click()
  await mine.getByText('Other mappings were saved in the meantime').waitFor()
  expect(mappings.mappings[0].name).toBe('Theirs')
  await mine.getByRole('button', { name: /^Keep my changes/ }).click()
  await mine.getByRole('button', { name: 'Save' }).click()
  await theirs.getByRole('heading', { name: 'Mine' }).waitFor()
  expect(mappings.mappings[0].name).toBe('Mine')
})

it('edits a function of a value, shows its result, and explains it in the details of an event', async () => {
  const { origin, mappings } = await startWorkbench()
  const page = await openPage(`${origin}/mappings/1`)
  const userId = page.getByRole('group', { name: 'User ID' }).first()
  await userId.getByLabel('User ID: kind').selectOption('Upper or lower case')
  await userId.getByLabel('User ID: Case').selectOption('UPPER CASE')
  await userId.getByText('$.userId in upper case').first().waitFor()

  const traits = page.getByRole('group', { name: 'Custom Contact traits' })
  await traits.getByLabel('Custom Contact traits: kind').selectOption('Merge objects')
  await traits.getByRole('button', { name: 'Add an object to Custom Contact traits: Objects' }).click()
  await traits.getByLabel('Custom Contact traits: Objects 2: kind').selectOption('Map twice')
  const first = traits.getByLabel('Custom Contact traits: Objects 2: First make this object: kind')
  await first.selectOption('Key by key')
  await traits
    .getByRole('button', { name: 'Add a key to Custom Contact traits: Objects 2: First make this object' })
    .click()
  await page.keyboard.type('size')
  await traits
    .getByLabel('Custom Contact traits: Objects 2: First make this object: size: path')
    .fill('$.traits.shoeSize')
  await traits
    .getByRole('button', { name: 'Add a key to Custom Contact traits: Objects 2: Then map that object' })
    .click()
  await page.keyboard.type('shoe')
  await traits
    .getByLabel('Custom Contact traits: Objects 2: Then map that object: shoe: kind')
    .selectOption('Liquid template')
  await traits
    .getByLabel('Custom Contact traits: Objects 2: Then map that object: shoe: Liquid template')
    .fill('{{ size | plus: 1 }}')
  await page.keyboard.press('ControlOrMeta+s')
  await page.getByText(/^Saved\./).waitFor()
  expect(mappings.mappings[0].mapping).toMatchObject({
    user_id: { '@case': { operator: 'upper', value: { '@path': '$.userId' } } },
    traits: {
      '@merge': {
        direction: 'right',
        objects: [
          { '@if': {} },
          {
            '@transform': {
              apply: { size: { '@path': '$.traits.shoeSize' } },
              mapping: { shoe: { '@liquid': '{{ size | plus: 1 }}' } }
            }
          }
        ]
      }
    }
  })

  await page.getByRole('link', menuLink).click()
  await writeEvents(page, '{"type":"identify","userId":"lana","traits":{"firstName":"Lana","shoeSize":38}}')
  await page.getByRole('button', { name: 'Send' }).click()
  const way = page.getByRole('region', { name: 'Event details' })
  await way.getByText('$.userId in upper case').waitFor()
  await way
    .getByText(/\{ shoe: the Liquid template \{\{ size \| plus: 1 \}\} \} made of \{ size: \$\.traits\.shoeSize \}/)
    .waitFor()
})
