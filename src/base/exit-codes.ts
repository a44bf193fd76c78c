/** Exit codes that a pipeline may gate on. They are a contract: a number never changes its meaning. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  preflight: 3,
  apply: 4,
  postflight: 5,
  rehearsal: 6,
  changes: 7,
  external: 8,
  locked: 9,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
