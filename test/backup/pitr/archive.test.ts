import { expect, it } from 'vitest';
import { openPointInTime } from '../../../src/backup/pitr/archive.ts';
import { UserError } from '../../../src/base/errors.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { validateDeployment } from '../../../src/deployment/load.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const FILE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const fileWith = (place: JsonObject): JsonObject => ({
  ...FILE,
  recovery: { postgres: { method: 'pitr', interval: '5m', pgbackrest: { stanza: 'dify', in: place } } },
});

it.each([
  [{ container: 'postgres' }, 'the container postgres'],
  [{ pod: 'db-0', namespace: 'pg' }, 'pod db-0 in namespace pg'],
])('a restore to a time is refused before anything runs if pgBackRest runs in %j', async (place, words) => {
  const runner = { run: () => Promise.reject(new Error('nothing may run')) };
  const signal = new AbortController().signal;
  const at = new Date('2026-11-30T01:15:00.000Z');
  const input = { deployment: parsedDeployment(fileWith(place)), baseDirectory: '/', runner, signal };
  const refused = await openPointInTime(at, input).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UserError);
  expect(refused).toMatchObject({
    message: `pgBackRest runs in ${words} (recovery.postgres.pgbackrest.in), and a restore needs it on this machine; nothing was changed`,
    exitCode: 2,
    next: [
      'if this machine reaches the repository of pgBackRest, install pgBackRest here, set recovery.postgres.pgbackrest.config, and remove in',
      "or restore the server by hand (pgbackrest --stanza=dify --type=time --target='2026-11-30 01:15:00.000+00' --target-action=promote restore), then run difyctl restore --at 2026-11-30T01:15:00.000Z --part objects,plugin-storage,secrets",
    ],
  });
});

it.each([
  [{}],
  [{ pod: 'db-0' }],
  [{ container: 'postgres', namespace: 'pg' }],
  [{ container: '--privileged' }],
  [{ container: 'a b' }],
  [{ pod: '-n', namespace: 'pg' }],
  [{ pod: 'db-0', namespace: 'a;b' }],
])('a file may not name the place %j', (place) => {
  expect('problems' in validateDeployment(fileWith(place))).toBe(true);
});
