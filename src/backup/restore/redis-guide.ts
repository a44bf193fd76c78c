import type { Deployment } from '../../deployment/schema/deployment.ts';

/**
 * Returns what a person does with an external Redis after the restore. Empty for a bundled one. A set has no copy of
 * Redis: its queue would run tasks again that the restored databases do not know, or that have ended.
 */
export function redisGuide({ redis }: Deployment): readonly string[] {
  if (redis.mode !== 'external') return [];
  const place = redis.topology === 'sentinel' ? '-h MASTER -p PORT' : `-h ${redis.host} -p ${redis.port}`;
  const tls = redis.tls.mode === 'disable' ? '' : ' --tls';
  return [
    'redis: tasks that are still in its queue are from before the restore, and would run on the restored data. If only Dify uses this database, empty it before difyctl install:',
    `  redis-cli ${place}${tls} -n ${redis.databases.broker} FLUSHDB`,
  ];
}
