/**
 * The tests of the sandbox as one file, so that shared modules are loaded once for each mutant, and not once for each
 * file. properties.test.ts is left out: its thousands of random orders take longer than all other tests, and find no
 * additional mutant.
 */
const { readdirSync } = require('fs')
const { join } = require('path')

const folder = join(__dirname, '..', 'sandbox', '__tests__')
const files = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'properties.test.ts')

for (const file of files) {
  describe(file, () => {
    require(join(folder, file))
  })
}
