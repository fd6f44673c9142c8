/**
 * The tests of the sandbox as one file, so that what they share is loaded once for a mutant, not once for each file.
 * Without properties.test.ts: its thousands of random orders take longer than all else, and notice no mutant more.
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
