/** A process with variables that the file or `extraValues` set. */
export interface Configured {
  readonly extraEnv: Readonly<Record<string, string>>;
}

/** A whole number that `extraEnv` sets; `usual` if it does not, or if the text is not such a number. */
export function countOf({ extraEnv }: Configured, variable: string, usual: number): number {
  const value = Number(extraEnv[variable] ?? usual);
  return Number.isInteger(value) && value >= 0 ? value : usual;
}

/** The gunicorn workers of each api or websocket container (`api/docker/entrypoint.sh`, SERVER_WORKER_AMOUNT). */
export function apiProcesses(planned: Configured): number {
  return countOf(planned, 'SERVER_WORKER_AMOUNT', 1);
}

/**
 * The processes of each worker container: a gevent worker is one, whatever number of tasks it runs; a prefork worker is
 * a parent and its children.
 */
export function workerProcesses(planned: Configured): number {
  return isPrefork(planned) ? preforkChildren(planned) + 1 : 1;
}

/** The processes of each worker container that run tasks. */
export function taskProcesses(planned: Configured): number {
  return isPrefork(planned) ? preforkChildren(planned) : 1;
}

function isPrefork({ extraEnv }: Configured): boolean {
  return (extraEnv.CELERY_WORKER_CLASS ?? extraEnv.CELERY_WORKER_POOL ?? 'gevent') === 'prefork';
}

function preforkChildren(planned: Configured): number {
  return countOf(planned, 'CELERY_WORKER_CONCURRENCY', countOf(planned, 'CELERY_WORKER_AMOUNT', 4));
}
