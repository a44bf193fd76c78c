/** Where faults occur, in the order of docs/reliability.md. */
export const AREAS = ['process', 'pipe', 'terminal', 'disk', 'clock', 'API server', 'Lease', 'backup'] as const;

/** One failure around a run, and its visible effect: a row of docs/reliability.md. */
export interface ReliabilityCase {
  readonly area: (typeof AREAS)[number];
  /** What happens, in a clause: `the reader of the output goes away during install`. */
  readonly happens: string;
  /** What difyctl does. */
  readonly done: string;
  /** The exit code, or `unchanged` if the case does not change it. */
  readonly exit: number | string;
  /** What happens to the lock; `–` if the case has none. */
  readonly lock: string;
  /** What the next run does; `–` if it does nothing special. */
  readonly next: string;
  /** The test that reproduces it: its file below test/, and a part of its title, as written in the file. */
  readonly test: { readonly file: string; readonly title: string };
}
