import { ExternalError, type Fault, UserError } from './errors.ts';
import { shellWord } from './shell-word.ts';

/** Errors that the operator can fix: permissions, and paths that cannot be used. */
const OWN: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ELOOP: 'its symbolic links form a loop',
  ENAMETOOLONG: 'the name is too long',
};

/** Errors of the machine: a resource is exhausted or a device fails. */
const OUTSIDE: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/**
 * Returns a file system error as a fault that is explained to the user. Returns undefined for any other error, a
 * missing file included, because that may be a bug.
 */
export function systemFault(error: unknown): Fault | undefined {
  if (!isSystemError(error) || error.syscall === 'connect' || error.syscall.startsWith('spawn')) return undefined;
  const { code, path, syscall } = error;
  const where = path ?? `a file (${syscall})`;
  // Node reports this code if a folder cannot be created on a read-only file system.
  if (code === 'ENOENT' && syscall === 'mkdir')
    return new UserError(`${where}: the folder cannot be created`, { cause: error });
  const [own, outside] = [OWN[code], OUTSIDE[code]];
  if (own !== undefined)
    return new UserError(`${where}: ${own}`, { cause: error, next: [`ls -ld ${shellWord(where)}`] });
  if (outside !== undefined) return new ExternalError(`${where}: ${outside}`, { cause: error });
  return undefined;
}

/**
 * Returns a system error in words, `no space is left on the device`. Returns its code, or its message if it has no
 * code, if no words are known.
 */
export function systemWords({ code = '', message }: NodeJS.ErrnoException): string {
  return OWN[code] ?? OUTSIDE[code] ?? (code === '' ? message : code);
}

interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.syscall === 'string';
}
