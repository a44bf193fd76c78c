import type { ReliabilityCase } from '../case.ts';

const INTERRUPTED = 'e2e/install-kubernetes-interrupted.test.ts';
const LAUNCHER = 'e2e/launcher.test.ts';

/** Pipes, terminals and the disk behind the output. */
export const TERMINAL_CASES: readonly ReliabilityCase[] = [
  {
    area: 'pipe',
    happens: 'the reader of the output exits during install (`… 2>&1 \\| grep -m1 helm`), in text or with `-o json`',
    done: 'the install continues to its end; output without a reader is dropped',
    exit: 'unchanged',
    lock: 'released',
    next: 'finds nothing to change',
    test: { file: INTERRUPTED, title: 'completes the install, with its own exit code and no lock' },
  },
  {
    area: 'pipe',
    happens: 'the reader of a result exits (`difyctl checks \\| head -1`)',
    done: 'no message',
    exit: 'unchanged',
    lock: '–',
    next: '–',
    test: { file: LAUNCHER, title: 'ends silently and succeeds if its reader has gone' },
  },
  {
    area: 'terminal',
    happens: 'the terminal is closed during install (SIGHUP, and EIO from there on)',
    done: 'difyctl sends helm a stop signal, and helm closes its release, the revision is closed',
    exit: 130,
    lock: 'released',
    next: 'resumes where this run stopped',
    test: { file: INTERRUPTED, title: 'a terminal that was closed: helm is stopped, and the lock is released' },
  },
  {
    area: 'terminal',
    happens: 'the terminal reports 0 columns, or any other width',
    done: 'a width that is not known counts as 80 columns; everything is drawn',
    exit: 'unchanged',
    lock: 'unchanged',
    next: '–',
    test: { file: 'cli/widths.test.ts', title: 'the progress line fits every width that a terminal can report' },
  },
  {
    area: 'disk',
    happens: 'the disk behind standard output is full',
    done: 'the run continues to its end, and stderr says that the result was lost',
    exit: '8 in place of 0; any other code stays',
    lock: 'released',
    next: 'shows the result',
    test: { file: LAUNCHER, title: 'reports a full disk if it cannot write the result of' },
  },
  {
    area: 'disk',
    happens: 'the disk behind standard error is full',
    done: 'progress and errors are dropped',
    exit: 'unchanged',
    lock: 'released',
    next: '–',
    test: { file: LAUNCHER, title: 'keeps the exit code of a failed run, although a full disk loses its output' },
  },
];
