import { gunzipBounded } from './gunzip.ts';

const BLOCK = 512;
/**
 * Bytes that an archive may unpack to. Helm stores a release's chart compressed in a Secret of 1 MiB, so no chart that
 * helm can install is near this.
 */
const UNPACKED_LIMIT = 32 * 2 ** 20;
/** Bytes of one file, as in helm (MaxDecompressedFileSize). */
const FILE_LIMIT = 5 * 2 ** 20;

/**
 * Returns the regular files of a gzipped tar archive (ustar, as helm packs charts), by name; only those for which
 * `isWanted` is true. Throws Error with a text for a message if the bytes are no such archive, or it is damaged or too
 * large.
 */
export function readTarGz(
  archive: Uint8Array,
  isWanted: (name: string) => boolean = () => true,
): ReadonlyMap<string, string> {
  const bytes = gunzipBounded(archive, UNPACKED_LIMIT);
  const files = new Map<string, string>();
  if (bytes.length < BLOCK) throw new Error('contains no tar archive');
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + BLOCK);
    if (!isHeader(header)) throw new Error('contains no tar archive, or a damaged one');
    const size = sizeOf(header);
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new Error('is cut off');
    const name = nameOf(header);
    if (isFile(header) && isWanted(name)) {
      if (size > FILE_LIMIT) throw new Error(`contains ${name}, which is larger than 5 MiB`);
      files.set(name, bytes.toString('utf8', start, start + size));
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** A header contains the sum of its bytes, where the field of the sum itself counts as spaces (POSIX, ustar). */
function isHeader(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += header[at] ?? 0;
  return octal(field(header, 148, 8)) === sum;
}

function sizeOf(header: Buffer): number {
  const size = octal(field(header, 124, 12));
  if (size === undefined) throw new Error('contains a file with an unreadable size');
  return size;
}

function nameOf(header: Buffer): string {
  const prefix = field(header, 345, 155);
  const name = field(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function isFile(header: Buffer): boolean {
  return header[156] === 0 || header[156] === 0x30;
}

/** Returns undefined if the text is not an octal number, such as a negative one. */
function octal(text: string): number | undefined {
  return /^[0-7]{1,12}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function field(header: Buffer, start: number, length: number): string {
  const text = header.toString('latin1', start, start + length);
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)).trim();
}
