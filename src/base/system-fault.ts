import { ExternalError, type Fault, UserError } from './errors.ts';
import { shellWord } from './shell-word.ts';

/** What the operator can mend: rights, and names that lead elsewhere. */
const OWN: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
};

/** What the machine has too little of. */
const OUTSIDE: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the device reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** What the file system refused, as a fault of the field and no bug; undefined for any other error. A file that is missing may well be a bug. */
export function systemFault(error: unknown): Fault | undefined {
  if (!isSystemError(error) || error.syscall === 'connect' || error.syscall.startsWith('spawn')) return undefined;
  const { code, path, syscall } = error;
  const where = path ?? `a file (${syscall})`;
  // Node says so of a folder that cannot be made on a read-only file system.
  if (code === 'ENOENT' && syscall === 'mkdir')
    return new UserError(`${where}: the folder cannot be made`, { cause: error });
  const [own, outside] = [OWN[code], OUTSIDE[code]];
  if (own !== undefined)
    return new UserError(`${where}: ${own}`, { cause: error, next: [`ls -ld ${shellWord(where)}`] });
  if (outside !== undefined) return new ExternalError(`${where}: ${outside}`, { cause: error });
  return undefined;
}

/** A system error in words, `no space is left on the device`; its code where there are none. */
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
