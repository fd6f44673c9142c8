import * as zlib from 'zlib'
import { skipSpace, startsValue } from './text-marks'

/** What the first bytes of a file show. */
export type FileForm = 'text' | 'gzip' | 'zstd' | 'utf16le' | 'utf16be' | 'csv' | 'parquet'

/** The file has a form that is not read. The message says which one, and how to convert it. */
export class FormatError extends Error {}

/** The file is cut off or damaged. The message says how. */
export class DamageError extends Error {}

/** Bytes by which any form is known. */
const HEAD_BYTES = 64 * 1024

const FORMS: readonly { form: FileForm; magic: Buffer }[] = [
  { form: 'gzip', magic: Buffer.of(0x1f, 0x8b) },
  { form: 'zstd', magic: Buffer.of(0x28, 0xb5, 0x2f, 0xfd) },
  { form: 'utf16le', magic: Buffer.of(0xff, 0xfe) },
  { form: 'utf16be', magic: Buffer.of(0xfe, 0xff) },
  { form: 'parquet', magic: Buffer.from('PAR1') }
]

/** Forms that are not read, each with the command that converts it. They are known by their bytes at this place. */
const REFUSED: readonly { name: string; magic: Buffer; at?: number; command: string }[] = [
  { name: 'bzip2', magic: Buffer.from('BZh'), command: 'bunzip2 FILE' },
  { name: 'xz', magic: Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), command: 'unxz FILE' },
  { name: 'zip', magic: Buffer.from('PK\x03\x04', 'latin1'), command: 'unzip FILE' },
  { name: 'tar', magic: Buffer.from('ustar'), at: 257, command: 'tar -xf FILE' },
  { name: 'Avro', magic: Buffer.from('Obj\x01', 'latin1'), command: 'avro-tools tojson FILE > events.ndjson' }
]

function formatError(name: string, command: string): FormatError {
  return new FormatError(
    `The file is ${name}, which is not read: convert it with \`${command}\`, and deliver the result.`
  )
}

/** True when this version of Node reads zstd: from 22.15 on. */
export const readsZstd = 'createZstdDecompress' in zlib

/**
 * Recognizes the form of a file by its first bytes. Undefined while there are too few of them.
 * @param isAll there are no more bytes
 * @throws FormatError when it is a form that is not read
 */
export function recognizeForm(head: Buffer, isAll: boolean): FileForm | undefined {
  const start = skipSpace(head, 0, head.length)
  const hasEnough = isAll || head.length >= HEAD_BYTES
  if (start < head.length && startsValue(head, start)) {
    return 'text'
  }
  const found = FORMS.find(({ magic }) => startsWith(head, magic))
  if (found?.form === 'zstd' && !readsZstd) {
    throw formatError('zstd', 'zstd -d FILE')
  }
  if (found) {
    return found.form
  }
  const refused = REFUSED.find(({ magic, at = 0 }) => startsWith(head.subarray(at), magic))
  if (refused) {
    throw formatError(refused.name, refused.command)
  }
  const isTable = looksLikeCsv(head, hasEnough)
  return isTable === undefined ? undefined : isTable ? 'csv' : 'text'
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.length >= magic.length && bytes.subarray(0, magic.length).equals(magic)
}

/** Names in the first line, with one of these between them */
const HEADERS = [',', ';', '\t'].map((separator) => {
  const name = String.raw`(?:"[^"{}[\]:]+"|[\p{L}_$][^"{}[\]:${separator}]*)`
  return { separator, header: new RegExp(`^\\s*${name}(?:${separator}${name})+\\s*$`, 'u') }
})

/**
 * True for a line of names and lines with as many separators, none of which is JSON. Undefined while there are too few
 * lines.
 */
function looksLikeCsv(head: Buffer, isAll: boolean): boolean | undefined {
  const lines = head
    .toString('utf8', skipSpace(head, 0, head.length))
    .split('\n')
    .map((line) => line.trim())
  if (lines.length < 3 && !isAll) {
    return undefined
  }
  const [first, second, ...others] = lines
  const found = HEADERS.find(({ header }) => header.test(first))
  return found !== undefined && (second ?? '').includes(found.separator) && ![second, ...others].some(isJson)
}

function isJson(line: string): boolean {
  return /^[{[]/.test(line)
}
