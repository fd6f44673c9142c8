import { describeLicenses } from '../licenses'

describe('the licences of the packages that run', () => {
  it('are listed by package, without those that only build and test', () => {
    const text = describeLicenses({
      '': {},
      'node_modules/a': { license: 'MIT' },
      'node_modules/a/node_modules/@b/c': { license: '(CC0-1.0 OR ISC)' },
      'node_modules/tool': { license: 'GPL-3.0', dev: true }
    })

    expect(text).toContain('| `@b/c` | (CC0-1.0 OR ISC) |\n| `a` | MIT |\n')
    expect(text).not.toContain('tool')
  })

  it('are those that the page brings along, too', () => {
    const text = describeLicenses({
      'node_modules/react-dom': { license: 'MIT', dev: true, dependencies: { scheduler: '1' } },
      'node_modules/react-dom/node_modules/scheduler': { license: 'ISC', dev: true }
    })

    expect(text).toContain('| `react-dom` | MIT |\n| `scheduler` | ISC |\n')
  })

  it.each([
    ['that is not allowed', { 'node_modules/a': { license: 'GPL-3.0' } }, 'a (GPL-3.0)'],
    ['that nobody declared', { 'node_modules/a': {} }, 'a (none declared)'],
    ['of which one part is not allowed', { 'node_modules/a': { license: 'MIT AND GPL-3.0' } }, 'a (MIT AND GPL-3.0)'],
    ['in the page', { 'node_modules/react': { license: 'GPL-3.0', dev: true } }, 'react (GPL-3.0)']
  ])('stop the build when there is one %s', (_, packages: Parameters<typeof describeLicenses>[0], message) => {
    expect(() => describeLicenses(packages)).toThrow(message)
  })
})
