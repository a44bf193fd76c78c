import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';
import { pluginStorage } from './plugin-storage.ts';
import { pluginPostgres } from './postgres.ts';
import { redisClient } from './redis.ts';

/**
 * The variables of the plugin daemon 0.6.3. Times (seconds) and sizes (bytes) are upstream's; they are set because the
 * daemon requires some of them.
 */
export function pluginDaemonEnv(deployment: Deployment, addresses: ServiceAddresses): readonly EnvEntry[] {
  return [
    literal('SERVER_PORT', 5002),
    secret('SERVER_KEY', 'secrets.pluginDaemonKey'),
    literal('DIFY_INNER_API_URL', addresses.api),
    secret('DIFY_INNER_API_KEY', 'secrets.innerApiKey'),
    ...pluginPostgres(deployment.postgres, addresses),
    ...redisClient(deployment.redis, addresses),
    ...pluginStorage(deployment.objectStorage, addresses),
    literal('PLUGIN_REMOTE_INSTALLING_HOST', debugHost(deployment)),
    literal('PLUGIN_REMOTE_INSTALLING_PORT', 5003),
    literal('MAX_PLUGIN_PACKAGE_SIZE', 52_428_800),
    literal('PLUGIN_MAX_EXECUTION_TIMEOUT', 600),
    literal('PYTHON_ENV_INIT_TIMEOUT', 120),
    literal('FORCE_VERIFYING_SIGNATURE', true),
    literal('PPROF_ENABLED', false),
    ...logLevel(deployment.logging.level),
  ];
}

/**
 * Developers connect to this address to debug a plugin, and the daemon then runs their code. In prod only the container
 * itself reaches it.
 */
function debugHost({ tier }: Deployment): string {
  return tier === 'prod' ? '127.0.0.1' : '0.0.0.0';
}

/**
 * The daemon's names of Python's log levels. It refuses any other; its default is INFO (plugin daemon 0.6.3,
 * log.ParseLevel).
 */
const DAEMON_LEVELS: Readonly<Record<Deployment['logging']['level'], string>> = {
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  WARNING: 'WARN',
  ERROR: 'ERROR',
  CRITICAL: 'ERROR',
};

function logLevel(level: Deployment['logging']['level']): readonly EnvEntry[] {
  return level === 'INFO' ? [] : [literal('LOG_LEVEL', DAEMON_LEVELS[level])];
}
