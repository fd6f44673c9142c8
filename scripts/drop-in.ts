import { resolve } from 'path'
import { ROOT } from './checking'
import { copyDestination, CopyRefused, DESTINATION, TESTS_LEFT_OUT } from './monorepo/copy-destination'
import type { Copied } from './monorepo/copy-destination'

/** Exit code when the command was used wrongly, or refused */
const REFUSED = 2

/** `npm run drop-in -- PATH`: copies the destination into a checkout of Segment's monorepo. */
async function main([path, ...others]: readonly string[]): Promise<void> {
  if (!path || others.length > 0) {
    throw new CopyRefused('Give the path of one checkout of segmentio/action-destinations: npm run drop-in -- PATH')
  }
  const checkout = resolve(path)
  console.log(describe(checkout, await copyDestination(checkout, ROOT)))
}

function describe(checkout: string, { files, removed }: Copied): string {
  const index = `${DESTINATION}/index.ts`
  return `Copied ${files.length} files to ${DESTINATION}/ and removed ${removed.length} files that were there before.

Tests that were not copied:
${Object.entries(TESTS_LEFT_OUT)
  .map(([name, reason]) => `  ${name}: ${reason}`)
  .join('\n')}

Next, run in ${checkout}:
  yarn install
  ./bin/run generate:types --path ${index}
  ./bin/run generate:metadata-payload --path ${index}
  yarn validate
  yarn lint
  yarn cloud jest --testPathPattern=src/destinations/ortto
  git add --all ${DESTINATION}
  git diff --cached --stat
  git commit

The two generators should change nothing: \`npm run generate\` wrote the same files here.
The destination is registered already. Keep this line in packages/destination-actions/src/destinations/index.ts:
  register('682db7017819e7e055f55cb4', './ortto')`
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof CopyRefused ? error.message : error)
  process.exitCode = error instanceof CopyRefused ? REFUSED : 1
})
