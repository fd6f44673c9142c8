import { definitionFor } from '..'

it.each(['ortto', 'nowhere', 'http://127.0.0.1:8030'])(
  'tells the framework a name for %s that may begin a URI, which every fast-uri takes',
  (to) => {
    expect(definitionFor(to).name).toMatch(/^[a-z][a-z0-9+.-]*$/i)
  }
)
