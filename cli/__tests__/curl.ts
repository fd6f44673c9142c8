/** Does what a curl line says, on machines without curl too, and resolves with the body of the answer. */
export async function runCurl(line: string): Promise<string> {
  const headers = new Headers()
  for (const [, name, value] of line.matchAll(/-H ['"]([^:]+): ([^'"]*)['"]/g)) {
    headers.set(name, value)
  }
  const [, body] = /-d '([^']*)'/.exec(line) ?? []
  const [, method = body === undefined ? 'GET' : 'POST'] = /-X (\S+)/.exec(line) ?? []
  const [url] = /http:\S+$/.exec(line) ?? ['']
  return (await fetch(url, { method, headers, body })).text()
}
