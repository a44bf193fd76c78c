import { type FileHandle, open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { UserError } from './errors.ts';
import { shellWord } from './shell-word.ts';

/** Larger than any file that people write. A larger file was named by mistake, and a device would fill the memory. */
const LIMIT_BYTES = 4 * 1024 * 1024;

/** Returns the text of a file. Throws UserError if it does not exist (with the steps in `next`) or cannot be read. */
export async function readText(path: string, next: readonly string[], limitBytes = LIMIT_BYTES): Promise<string> {
  const text = await readTextIfThere(path, limitBytes);
  if (text === undefined) throw new UserError(`${path} does not exist`, { next });
  return text;
}

/**
 * Returns the text of a file or pipe. Returns undefined if it does not exist. Throws UserError if it is not UTF-8 text,
 * is larger than `limitBytes` (default 4 MiB) or cannot be read.
 */
export async function readTextIfThere(path: string, limitBytes = LIMIT_BYTES): Promise<string | undefined> {
  const bytes = await readBytes(path, limitBytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error instanceof UserError ? error : unreadable(path, error);
  });
  if (bytes === undefined) return undefined;
  return textOf(bytes, path);
}

/**
 * Returns the text of a stream, such as standard input, to its end. `name` is the name of the stream in messages.
 * Throws UserError if it is not UTF-8 text or is too large, and AbortError if `signal` is aborted.
 */
export async function readStreamText(
  stream: Readable,
  name: string,
  limitBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limitBytes) throw tooLarge(name, limitBytes, []);
  }
  return textOf(Buffer.concat(chunks), name);
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UserError(`${name} is not UTF-8 text`, { cause, next: ['save it as UTF-8'] });
  }
}

function tooLarge(name: string, limitBytes: number, next: readonly string[]): UserError {
  return new UserError(`${name} is larger than ${limitBytes / 2 ** 20} MiB`, { next });
}

/**
 * Returns the bytes of a file or pipe. Throws UserError if there are more than `limitBytes`, and Node's own error if it
 * cannot be read.
 */
export async function readBytes(path: string, limitBytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    return await readWithin(file, path, limitBytes);
  } finally {
    await file.close();
  }
}

async function readWithin(file: FileHandle, path: string, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(new Uint8Array(64 * 1024), 0, 64 * 1024, null);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    size += bytesRead;
    if (size > limitBytes) throw tooLarge(path, limitBytes, [`ls -l ${shellWord(path)}`]);
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): UserError {
  switch (cause.code) {
    case 'EISDIR':
      return new UserError(`${path} is a folder`, { cause, next: ['name a file in the folder'] });
    case 'EACCES':
    case 'EPERM':
      return new UserError(`${path} cannot be read by this user`, { cause, next: [`ls -l ${shellWord(path)}`] });
    default:
      return new UserError(`${path} cannot be read: ${cause.code ?? cause.message}`, { cause });
  }
}
