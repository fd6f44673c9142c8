import { rm, writeFile } from 'fs/promises'
import { join } from 'path'
import destination from '../src'
import { findChanges } from './monorepo/generated-files'

const ROOT = join(__dirname, '..')

/** Writes the generated files. With `--check` it only lists those that are out of date, and fails if there are any. */
async function main(isCheck: boolean): Promise<void> {
  const changes = (await findChanges(destination, join(ROOT, 'src'))).map(({ path, content }) => ({
    path: join('src', path),
    content
  }))
  for (const { path, content } of changes) {
    if (isCheck) {
      console.error(`${path} is out of date. Run \`npm run generate\`.`)
      process.exitCode = 1
    } else if (content === undefined) {
      await rm(join(ROOT, path))
      console.log(`Removed ${path}`)
    } else {
      await writeFile(join(ROOT, path), content)
      console.log(`Wrote ${path}`)
    }
  }
}

void main(process.argv.includes('--check'))
