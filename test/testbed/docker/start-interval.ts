import { isObject, type JsonObject } from '../../../src/base/json.ts';

/** Nanoseconds, as in Docker's API. */
const SECOND = 1e9;
const START_INTERVAL = 1 * SECOND;
/** Docker's default of a time that is 0 or missing. */
const DEFAULT_TIME = 30 * SECOND;
const DEFAULT_RETRIES = 3;

/** Memory of the container, which is writable for every user and empty after a restart. */
const FLAG = '/dev/shm/.was-healthy';

/**
 * Gives the health check of a new container a start interval of one second. The engine of the testbed has no
 * `start_interval` (since Docker 25), so that the first check of a container would come after its whole interval.
 *
 * The engine checks every second. Once the container was healthy, each check first sleeps for the rest of the declared
 * interval. A container that never becomes healthy is unhealthy after the declared time.
 */
export function withStartInterval(container: JsonObject): JsonObject {
  const { Healthcheck: health } = container;
  if (!isObject(health) || !Array.isArray(health.Test)) return container;
  const command = commandOf(health.Test.map(String));
  const sleep = timeOf(health.Interval, DEFAULT_TIME) - START_INTERVAL;
  if (command === undefined || sleep <= 0) return container;
  const retries = timeOf(health.Retries, DEFAULT_RETRIES);
  const Healthcheck = {
    ...health,
    Test: ['CMD', 'sh', '-c', script(sleep / SECOND), 'health', ...command],
    Interval: START_INTERVAL,
    Timeout: timeOf(health.Timeout, DEFAULT_TIME) + sleep,
    StartPeriod: timeOf(health.StartPeriod, 0) + retries * sleep,
    Retries: retries,
  };
  return { ...container, Healthcheck };
}

/** Undefined if the container has no check of its own. */
function commandOf([form, ...words]: readonly string[]): readonly string[] | undefined {
  if (form === 'CMD') return words;
  return form === 'CMD-SHELL' ? ['sh', '-c', ...words] : undefined;
}

function script(seconds: number): string {
  return `[ ! -e ${FLAG} ] || sleep ${seconds}; "$@"; code=$?; [ $code != 0 ] || touch ${FLAG}; exit $code`;
}

function timeOf(value: unknown, standard: number): number {
  return typeof value === 'number' && value > 0 ? value : standard;
}
