/** Seconds from the signal to stop until a process is killed: for open requests, and for the tasks of a worker. */
export const OPEN_SECONDS = 120;
