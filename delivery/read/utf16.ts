/**
 * Converts UTF-16 to UTF-8. What is not valid UTF-16 becomes bytes that are not valid UTF-8, so that its line is
 * reported, and never changed into another text.
 */
export async function* decodeUtf16(chunks: AsyncIterable<Buffer>, form: 'utf16le' | 'utf16be'): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk])
    const end = bytes.length - (bytes.length % 2)
    const units = form === 'utf16be' ? bytes.subarray(0, end).swap16() : bytes.subarray(0, end)
    const isHalf = end > 0 && (units[end - 1] & 0xfc) === 0xd8
    // The rest is kept as it came: it is swapped again with what follows it.
    const kept = isHalf ? end - 2 : end
    rest = Buffer.from(bytes.subarray(kept))
    if (isHalf && form === 'utf16be') {
      rest.subarray(0, 2).swap16()
    }
    if (kept > 0) {
      yield toUtf8(units.toString('utf16le', 0, kept))
    }
  }
  if (rest.length > 0) {
    yield NOT_UTF8
  }
}

const NOT_UTF8 = Buffer.of(0xff)

function toUtf8(text: string): Buffer {
  const parts = text.split(/\p{Surrogate}/u)
  return Buffer.concat(
    parts.flatMap((part, index) => (index > 0 ? [NOT_UTF8, Buffer.from(part)] : [Buffer.from(part)]))
  )
}
