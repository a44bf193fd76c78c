import type { ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';

/** Hard cap of one process: SQLALCHEMY_POOL_SIZE 30 and SQLALCHEMY_MAX_OVERFLOW 10, upstream's defaults. */
const POOL = 40;
/** Beat's own few, the daemon's DB_MAX_OPEN_CONNS, and what superuser, backup and monitoring need. */
const BEAT = 5;
const PLUGIN_DAEMON = 30;
const RESERVED = 13;
/** Upstream's documented value since 1.14. */
const LEAST = 200;

/** `max_connections` for the bundled PostgreSQL: what every planned process may open, a tenth on top, never below upstream's 200. */
export function maxConnections(planned: Readonly<Record<ComponentName, PlannedComponent>>): number {
  const count = (name: ComponentName): number => (planned[name].enabled ? planned[name].replicas : 0);
  const pools = count('api') + count('apiWebsocket') + count('worker');
  const needed = pools * POOL + count('beat') * BEAT + count('pluginDaemon') * PLUGIN_DAEMON + RESERVED;
  return Math.max(LEAST, Math.ceil(needed * 1.1));
}
