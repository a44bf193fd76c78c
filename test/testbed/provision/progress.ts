/** The current step of provisioning. */
export interface Progress {
  /** The program or package set. */
  readonly name: string;
  readonly phase: 'cached' | 'waiting' | 'downloading' | 'building' | 'installing' | 'ready';
  /** Milliseconds since the provisioning of this program began. */
  readonly elapsedMs: number;
  readonly detail?: string;
}

export type OnProgress = (progress: Progress) => void;

/** Milliseconds as `5s` or `3m07s`. */
export function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

const LINE_EVERY_MS = 15_000;

/**
 * Prints progress. On a terminal it rewrites one line; elsewhere it prints a line if a program changes phase, and every
 * 15 s during a phase. Cached programs are not shown.
 */
export function progressPrinter(stream: NodeJS.WriteStream = process.stderr): OnProgress {
  /** The last line of each program. */
  const last = new Map<string, { readonly phase: string; readonly at: number }>();
  return (progress) => {
    if (progress.phase === 'cached') return;
    const detail = progress.detail === undefined ? '' : `: ${progress.detail}`;
    const text = `  ${progress.name} ${progress.phase} ${elapsed(progress.elapsedMs)}${detail}`;
    if (stream.isTTY) {
      const width = Math.max(20, stream.columns) - 1;
      stream.write(`\r\u001b[2K${text.slice(0, width)}${progress.phase === 'ready' ? '\n' : ''}`);
      return;
    }
    const { name, phase, elapsedMs } = progress;
    const before = last.get(name);
    if (before?.phase === phase && elapsedMs - before.at < LINE_EVERY_MS) return;
    last.set(name, { phase, at: elapsedMs });
    stream.write(`${text}\n`);
  };
}
