import { createRedactor } from '../src/redact'

const KEY = 'pau-q7Zk2"w\\x9<LmN4'
const SECRET = KEY.slice(4)

/** Each character of a text in a form that an encoder may write it in. */
const encode = (text: string, encoder: (code: number) => string) =>
  text.replace(/[^\\]/g, (character) => encoder(character.charCodeAt(0)))
const hex = (code: number) => code.toString(16).padStart(2, '0')

describe('a redacted message', () => {
  it.each([
    ['as it is', KEY],
    ['in capitals', KEY.toUpperCase()],
    ['as the secret alone', SECRET],
    ['as JSON writes it', JSON.stringify(KEY).slice(1, -1)],
    ['as JSON in JSON writes it', JSON.stringify(JSON.stringify(KEY)).slice(3, -3)],
    ['as JSON in JSON in JSON writes it', JSON.stringify(JSON.stringify(JSON.stringify(KEY))).slice(7, -7)],
    ['as a URL writes it', encodeURIComponent(KEY).replace(/%5C/g, '\\')],
    ['as escapes of JSON', encode(KEY, (code) => `\\u00${hex(code)}`)],
    ['as escapes of a URL', encode(KEY, (code) => `%${hex(code)}`)],
    ['as hexadecimal HTML', encode(KEY, (code) => `&#x${hex(code)};`)],
    ['as decimal HTML with zeros', encode(KEY, (code) => `&#00${code};`)],
    ['as named HTML', KEY.replace('"', '&quot;').replace('<', '&LT;')]
  ])('masks the key %s', (_how, written) => {
    expect(createRedactor(KEY)(`No account for ${written}, sorry`)).toBe('No account for ***, sorry')
  })

  it.each([
    ['pau-a&b', '&amp;'],
    ['pau-a>b', '&gt;'],
    ["pau-a'b", '&apos;']
  ])('masks %s with the name %s in HTML', (key, name) => {
    expect(createRedactor(key)(`key=${key.slice(0, 5)}${name}b;`)).toBe('key=***;')
  })

  it('masks every occurrence, also side by side', () => {
    expect(createRedactor('pau-key')('pau-keypau-key pau-ke pau-key')).toBe('****** pau-ke ***')
  })

  it('masks a short secret with its prefix only: it could be a word', () => {
    expect(createRedactor('pau-1234567')('1234567 and pau-1234567')).toBe('1234567 and ***')
    expect(createRedactor('pau-12345678')('12345678')).toBe('***')
  })

  it('leaves no end of the key behind its mask', () => {
    expect(createRedactor('pau-secret99\\\\')('"pau-secret99\\\\\\\\" is unknown')).toBe('"***" is unknown')
    expect(createRedactor('pau-\\\\')('pau-\\\\ is unknown')).toBe('*** is unknown')
    expect(createRedactor('pau-a%')('pau-a%25 is unknown')).toBe('*** is unknown')
  })

  it('masks a key whose characters look like escapes', () => {
    const key = 'pau-100%25%41&amp;\\u0041'

    expect(createRedactor(key)(`x${key}x ${encodeURIComponent(key)}`)).toBe('x***x ***')
  })

  it('keeps what is not the key', () => {
    const message = 'pau_key pau- ke%79 pau-ke%7a pau-ke&#x7A; &#xzz; %zz \\u00zz & \\ é 😀'

    expect(createRedactor('pau-key')(message)).toBe(message)
  })

  it('masks before it truncates, so that no half of a key is left', () => {
    const redacted = createRedactor('pau-secret-of-mine', 20)(`123456789012345 pau-secret-of-mine and more`)

    expect(redacted).toBe('123456789012345 ***…')
    expect(createRedactor('pau-secret-of-mine', 10)('1234567890123')).toBe('123456789…')
    expect(createRedactor('pau-secret-of-mine', 10)('1234567890')).toBe('1234567890')
  })

  it('cuts no character in half', () => {
    expect(createRedactor('pau-key')('😀'.repeat(300))).toBe(`${'😀'.repeat(249)}…`)
  })

  it('is complete when no length is given that it could exceed', () => {
    expect(createRedactor('pau-key', Infinity)(`${'x'.repeat(5000)}pau-key`)).toBe(`${'x'.repeat(5000)}***`)
  })

  it.each([
    ['equal letters', `pau-${'a'.repeat(196)}`, 'a'],
    ['backslashes', `pau-${'\\'.repeat(196)}`, '\\'],
    ['percent signs', `pau-${'%'.repeat(196)}`, '%25'],
    ['ampersands', `pau-${'&'.repeat(196)}`, '&amp;'],
    ['an escape without an end', 'pau-secret-of-mine', '&#x0000000']
  ])('reads no more of a long message than can be seen: 16 MiB of %s', (_what, key, part) => {
    const message = part.repeat(Math.ceil((16 * 1024 * 1024) / part.length))

    // A pattern that reads it all, again from each place, would take minutes.
    expect(createRedactor(key)(message)).toHaveLength(500)
  })
})
