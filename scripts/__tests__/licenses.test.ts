import { findDisallowedLicenses } from '../licenses'

describe('the licences of the packages that run in Node, or in the page', () => {
  it('are allowed', () => {
    expect(findDisallowedLicenses()).toEqual([])
  })

  it('are allowed when one of several is, and need not be for tools', () => {
    const packages = {
      '': {},
      'node_modules/a/node_modules/@b/c': { license: '(CC0-1.0 OR ISC)' },
      'node_modules/tool': { license: 'GPL-3.0', dev: true }
    }
    expect(findDisallowedLicenses(packages)).toEqual([])
  })

  it.each([
    ['that is not on the list', { 'node_modules/a': { license: 'GPL-3.0' } }, 'a (GPL-3.0)'],
    ['that nobody declared', { 'node_modules/a': {} }, 'a (none declared)'],
    ['of which one part is not', { 'node_modules/a': { license: 'MIT AND GPL-3.0' } }, 'a (MIT AND GPL-3.0)'],
    ['in the page', { 'node_modules/react': { license: 'GPL-3.0', dev: true } }, 'react (GPL-3.0)'],
    [
      'of what the page brings along',
      {
        'node_modules/react-dom': { license: 'MIT', dev: true, dependencies: { scheduler: '1' } },
        'node_modules/react-dom/node_modules/scheduler': { license: 'GPL-3.0', dev: true }
      },
      'scheduler (GPL-3.0)'
    ]
  ])('are found when there is one %s', (_, packages: Parameters<typeof findDisallowedLicenses>[0], found) => {
    expect(findDisallowedLicenses(packages)).toEqual([found])
  })
})
