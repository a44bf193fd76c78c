/** What is needed of a standard stream. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  on(event: 'error', hear: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string, done?: () => void): boolean;
}

/** A standard stream whose errors never end the run. */
export interface WatchedOutput {
  /** The first write error. Undefined if everything was written, or if the reader closed the stream. */
  fault(): NodeJS.ErrnoException | undefined;
  /** Resolves when everything written has left the process, or cannot be written. */
  drained(): Promise<void>;
}

/** The error codes of a pipe or socket whose reader has closed it. A closed terminal reports EIO. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN', 'ESHUTDOWN']);

/**
 * Handles the errors of an output stream, so that none of them ends the process: a run that holds a lock must finish
 * even if its reader is gone. Text that cannot be read any more is dropped.
 */
export function watchOutput(stream: OutputStream): WatchedOutput {
  let first: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    if (!isReaderGone(error, stream)) first ??= error;
  });
  return {
    fault: () => first,
    drained: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}

function isReaderGone({ code = '' }: NodeJS.ErrnoException, { isTTY }: OutputStream): boolean {
  return READER_GONE.has(code) || (isTTY === true && code === 'EIO');
}
