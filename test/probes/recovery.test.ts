import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import type { CheckResult } from '../../src/checks/check.ts';
import { OBJECT_STORAGE, type ObjectStorageFacts } from '../../src/evidence/object-storage/facts.ts';
import { POSTGRES } from '../../src/evidence/postgres/facts.ts';
import { HEALTHY_BUCKET } from '../support/bucket-facts.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { lookAtPostgres } from '../support/postgres.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startPostgres } from '../testbed/services/postgres.ts';

const SAMPLE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const PASSWORD = 'only-for-this-test';

/** A primary and a standby, asynchronous until a test changes it. */
const testbed = useTestbed(
  async () => {
    const postgres = await startPostgres({ standby: true });
    await postgres.query(`CREATE ROLE dify LOGIN PASSWORD '${PASSWORD}'`);
    for (const name of ['dify', 'dify_plugin']) await postgres.query(`CREATE DATABASE ${name} OWNER dify`);
    return postgres;
  },
  (postgres) => postgres.stop(),
);

/** The results of the plan for the present server, observed with Dify's own role. */
async function verdict(id: string, plan: JsonObject): Promise<CheckResult> {
  const { host, port } = testbed.get();
  const postgres = { host, port, username: 'dify', password: { env: 'PW' } };
  const { facts } = await lookAtPostgres(postgres, { 'postgres.password': PASSWORD });
  if (facts === undefined) throw new Error('nothing was seen');
  const deployment = parsedDeployment({
    ...SAMPLE,
    postgres: { mode: 'external', ...postgres },
    recovery: { ...SAMPLE.recovery, ...plan },
  });
  const buckets: ObjectStorageFacts = {
    ...{ host: 's3.example.internal', isSecure: true, keys: 'given' },
    buckets: [HEALTHY_BUCKET],
  };
  return judged(checkOf(id), {
    deployment,
    seen: [
      [POSTGRES, facts],
      [OBJECT_STORAGE, buckets],
    ],
  });
}

const NOTHING_LOST = {
  rpo: '1s',
  corruptionRpo: '5m',
  postgres: { method: 'replica', interval: '5m', retention: '14d' },
};

describe('an RPO below that of the archive', () => {
  it('is refused while the standby is asynchronous', async () => {
    expect(await verdict('recovery.rpo', NOTHING_LOST)).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(
        /only a synchronous standby of PostgreSQL can lose less than 5m, and the observed replica is asynchronous/,
      ),
    });
  });

  it('is accepted once a commit waits for the standby, also if the role may not read its state', async () => {
    const postgres = testbed.get();
    await postgres.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await postgres.query('SELECT pg_reload_conf()');
    expect(await verdict('recovery.rpo', NOTHING_LOST)).toMatchObject({
      status: 'pass',
      observed: 'worst-case loss 0s (target 1s)',
    });
    // Nothing archives its log, which the check of the archive says.
    expect(await verdict('recovery.rpo.corruption', NOTHING_LOST)).toMatchObject({
      status: 'skip',
      message: expect.stringMatching(
        /^worst-case loss 5m \(target 5m\): .*; this depends on checks without a result: see postgres\.archiving$/,
      ),
    });
    await postgres.query('GRANT pg_monitor TO dify');
    expect(await verdict('recovery.rpo', NOTHING_LOST)).toMatchObject({
      status: 'pass',
      observed: 'worst-case loss 0s (target 1s)',
    });
  });
});

it('a standby that receives WAL and does not replay it is reported while replay is paused', async () => {
  const { query, standby } = testbed.get();
  await query('GRANT pg_monitor TO dify');
  expect(await verdict('postgres.replication', {})).toMatchObject({ status: 'pass' });
  await standby?.query('SELECT pg_wal_replay_pause()');
  expect(await verdict('postgres.replication', {})).toMatchObject({
    status: 'warn',
    observed: expect.stringMatching(/^WAL is received but not replayed: walreceiver \(streaming, /),
    remedy: expect.stringContaining('pg_wal_replay_resume()'),
  });
  await standby?.query('SELECT pg_wal_replay_resume()');
  expect(await verdict('postgres.replication', {})).toMatchObject({ status: 'pass' });
});

it('a restore that was measured long ago is estimated again, from the size of the server', async () => {
  const { status, message } = await verdict('recovery.rto', {
    rto: '10m',
    measured: { restore: '5m', at: '2020-01-01' },
  });
  expect(status).toBe('fail');
  expect(message).toMatch(/restore of PostgreSQL: 15m for a new instance \+ [\d.]+ MiB at 125 MiB\/s = 15m/);
});
