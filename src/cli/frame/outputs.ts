/** What is needed of a standard stream; a terminal says `isTTY`. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  on(event: 'error', hear: (error: NodeJS.ErrnoException) => void): unknown;
  write(text: string, done?: () => void): boolean;
}

/** A standard stream whose faults never end the run. */
export interface WatchedOutput {
  /** The first fault of the device behind the stream; undefined if all was written, and if the reader went away. */
  fault(): NodeJS.ErrnoException | undefined;
  /** Everything that was written has left the process, or cannot be written. */
  drained(): Promise<void>;
}

/** How the system says that nobody reads any more: a pipe or a socket whose other end is closed. A closed terminal says EIO. */
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'ECONNRESET', 'ENOTCONN', 'ESHUTDOWN']);

/**
 * Hears the faults of an output stream, so that none of them ends the process: a run that holds a lock goes on to its end, whoever reads along. Text
 * that nobody can read any more is dropped.
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
