import { promises as fs } from 'fs'
import { createGunzip } from 'zlib'
import { attempt } from './find-files'

/** Bytes that are read from a file at once. */
const CHUNK = 256 * 1024
/** Compressed bytes that are decompressed at once. A thousand times as many may come out; damage costs them all. */
const SLICE = 4 * 1024
/** Bytes that are allocated at once for what comes out. */
const ROOM = 64 * 1024
/** Bytes that are enough to know gzip by, or a byte order mark. */
const HEAD = 3

/**
 * The bytes of a file in chunks. A stream would lose what it has read ahead when an error follows; this loses nothing.
 *
 * @throws InputError when the file can't be opened, and an error of the file system when it can't be read on.
 */
export async function* readFile(path: string): AsyncGenerator<Buffer> {
  const file = await attempt(path, () => fs.open(path))
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK)
      if (bytesRead === 0) {
        return
      }
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}

/**
 * The same bytes, decompressed when they are gzip. The first chunk has three bytes, if there are so many.
 * All that comes before an error is yielded before it is thrown, but for 4 KiB at most before damage in gzip itself.
 */
export async function* decompress(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let gunzip: Gunzip | undefined
  let isFirst = true
  try {
    for await (const chunk of withHead(chunks)) {
      gunzip ??= isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b ? new Gunzip() : undefined
      isFirst = false
      yield* gunzip?.write(chunk) ?? [chunk]
    }
    yield* gunzip?.end() ?? []
  } finally {
    gunzip?.close()
  }
}

/** The same bytes. The first chunk has at least three, if there are so many. */
export async function* withHead(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const joined: Buffer = head ? Buffer.concat([head, chunk]) : chunk
    head = head && joined.length < HEAD ? joined : undefined
    if (!head) {
      yield joined
    }
  }
  if (head) {
    yield head
  }
}

/** Decompresses step by step. Node's stream alone drops what nobody has taken yet when it meets damage. */
class Gunzip {
  private readonly stream = createGunzip({ chunkSize: ROOM })
  private readonly output: Buffer[] = []
  private given = 0
  private isOver = false
  private error?: Error
  /** Node calls back neither for a step that fails nor for one after the end. */
  private stepDone = () => {}

  constructor() {
    this.stream.on('data', (bytes: Buffer) => this.output.push(bytes))
    this.stream.on('end', () => {
      this.isOver = true
      this.stepDone()
    })
    this.stream.on('error', (error) => {
      this.error = error
      this.stepDone()
    })
  }

  async *write(chunk: Buffer): AsyncGenerator<Buffer> {
    for (let start = 0; start < chunk.length; start += SLICE) {
      const slice = chunk.subarray(start, start + SLICE)
      yield* this.step(() => this.stream.write(slice, () => this.stepDone()))
      this.given += slice.length
      // After the end, the stream takes a zero for padding, and so whatever follows it.
      const unread = Math.min(slice.length, this.given - this.stream.bytesWritten)
      if (slice.subarray(slice.length - unread).some((byte) => byte !== 0)) {
        throw Object.assign(new Error('other bytes follow the compressed ones'), { code: 'OTHER_BYTES' })
      }
    }
  }

  async *end(): AsyncGenerator<Buffer> {
    yield* this.step(() => this.stream.end())
  }

  close(): void {
    this.stream.destroy()
  }

  private async *step(start: () => void): AsyncGenerator<Buffer> {
    if (!this.isOver) {
      await new Promise<void>((resolve) => {
        this.stepDone = resolve
        start()
      })
    }
    yield* this.output.splice(0)
    if (this.error !== undefined) {
      throw this.error
    }
  }
}
