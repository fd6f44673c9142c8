import { readdirSync, readFileSync } from 'fs'
import { join } from 'path'
import { definition, looseDefinition } from '../monorepo/fixture/definition'
import { generateMetadata } from '../monorepo/metadata'
import { generateTypes } from '../monorepo/types'

// scripts/monorepo/fixture/README.md says how the files in written/ were recorded.
const WRITTEN = join(__dirname, '..', 'monorepo', 'fixture', 'written')

const read = (...path: string[]) => readFileSync(join(WRITTEN, ...path), 'utf8')

describe('the types', () => {
  const exists = (name: string) => name === 'everyField'

  it('are written as the monorepo writes them, for each action in its own file', async () => {
    const files = await generateTypes(definition, exists)

    const expected = readdirSync(join(WRITTEN, 'example'), { recursive: true, encoding: 'utf8' })
    expect([...files.keys()].sort()).toEqual(expected.filter((path) => path.endsWith('.ts')).sort())
    for (const [path, content] of files) {
      expect({ path, content }).toEqual({ path, content: read('example', path) })
    }
  })

  it('are not written for a hook that the framework does not know', async () => {
    const actions = { send: { fields: {}, hooks: { onSomethingElse: { inputFields: {} } } } }

    await expect(generateTypes({ actions }, exists)).rejects.toThrow(
      '"onSomethingElse" is not a hook of the framework.'
    )
  })

  it('have no interfaces for a hook without inputs and outputs', async () => {
    const actions = { send: { fields: {}, hooks: { onMappingSave: {} } } }

    const files = await generateTypes({ actions }, exists)

    expect(files.get('send.types.ts')).toBe(read('example', 'noFields.types.ts'))
  })
})

describe('metadata.json', () => {
  it('is written as the monorepo writes it', () => {
    expect(generateMetadata(definition, 'example')).toBe(read('example', 'metadata.json'))
  })

  it('is written as the monorepo writes it for a definition that leaves things out', () => {
    expect(generateMetadata(looseDefinition, 'loose')).toBe(read('loose', 'metadata.json'))
  })

  it('needs a slug', () => {
    expect(() => generateMetadata({ ...definition, slug: '' }, 'example')).toThrow('The definition has no slug')
  })
})
