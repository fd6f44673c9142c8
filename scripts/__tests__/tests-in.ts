import { readFile } from 'fs/promises'
import { join } from 'path'
import { createSourceFile, forEachChild, isCallExpression, isStringLiteralLike, ScriptTarget } from 'typescript'
import type { Node } from 'typescript'

export const ROOT = join(__dirname, '..', '..')

/** A test that is named: `` `file.test.ts` › its name ``. */
const NAMED = /^`([\w./-]+\.test\.ts)` › (.*)$/

/**
 * Why a test that is named so is not there; undefined when it is. The name of one of many is that of `it.each`, or that
 * of its case: the text that its row begins with.
 */
export async function problemOf(test: string): Promise<string | undefined> {
  const [, file, name] = NAMED.exec(test) ?? []
  if (file === undefined) {
    return `"${test}" names no test`
  }
  const text = await readFile(join(ROOT, file), 'utf8')
  const names = namesIn(file, text)
  const isCase = names.includes('%s') && text.includes(`'${name}',`)
  return names.includes(name) || isCase ? undefined : `${file} has no test "${name}"`
}

/** The names of a file's tests, as they are written there. */
function namesIn(file: string, text: string): string[] {
  const source = createSourceFile(file, text, ScriptTarget.Latest)
  const names: string[] = []
  const visit = (node: Node) => {
    // `it('…', …)`, or `it.each([…])('…', …)`
    if (isCallExpression(node) && /^\s*it\b/.test(text.slice(node.pos, node.end))) {
      const [name] = node.arguments
      names.push(...(name !== undefined && isStringLiteralLike(name) ? [name.text] : []))
    }
    forEachChild(node, visit)
  }
  visit(source)
  return names
}
