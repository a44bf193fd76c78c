import { describe, expect, it } from 'vitest';
import { allSeen, type Patch, plan, postgresSeen, resultOf } from './scene.ts';

const UNMEASURED = { measured: null };
const OLD = { measured: { at: '2025-11-01' } };

describe.each<[string, readonly [string, Patch, string, RegExp][]]>([
  [
    'recovery.rto',
    [
      [
        'measured',
        {},
        'skip',
        /restored in 50m \(target 4h\); this figure is declared, not seen: see recovery\.measured/,
      ],
      ['measured, and too slow', plan({ rto: '30m' }), 'fail', /restored in 50m on 2026-10-01/],
      ['never measured', plan(UNMEASURED), 'warn', /no restore was measured yet; published figures: at least 15m/],
      [
        'a promise that no restore keeps',
        plan({ ...UNMEASURED, rto: '10m' }),
        'fail',
        /lowest published figure is 15m/,
      ],
      [
        'a size that takes longer',
        plan({ ...UNMEASURED, rto: '1h', postgres: { dataSize: '512Gi' } }),
        'fail',
        /15m for a new instance \+ 512 GiB at 125 MiB\/s = 1h 24m, more than the RTO of 1h/,
      ],
      ['a size that fits', plan({ ...UNMEASURED, postgres: { dataSize: '512Gi' } }), 'warn', /= 1h 24m; expected/],
      ['measured long ago', plan(OLD), 'skip', /recovery\.measured/],
      ['measured long ago, and out of reach', plan({ ...OLD, rto: '10m' }), 'fail', /lowest published/],
      ['no promise', plan({ rto: null }), 'skip', /^$/],
    ],
  ],
  [
    'recovery.rto.failover',
    [
      ['ordinary', {}, 'pass', /plugin daemon, which has one replica 6m 50s/],
      ['shorter than a lost node is noticed', plan({ rto: '5m' }), 'fail', /lowest published figure is 6m 50s/],
      [
        'nothing that runs alone',
        { components: { pluginDaemon: { replicas: 2 } }, ...plan({ rto: '5m' }) },
        'pass',
        /no component needs a failover/,
      ],
      [
        'a managed Redis',
        { components: { pluginDaemon: { replicas: 2 } }, redis: { managed: { by: 'aws-elasticache', ha: true } } },
        'skip',
        /Redis \(aws-elasticache\) 1m; this depends on checks without a result: see redis\.replication$/,
      ],
      [
        'a managed Redis at Azure',
        { components: { pluginDaemon: { replicas: 2 } }, redis: { managed: { by: 'azure-cache', ha: true } } },
        'skip',
        /Redis \(azure-cache\) 15s; this depends/,
      ],
      [
        'measured',
        plan({ rto: '5m', measured: { failover: '3m' } }),
        'skip',
        /an outage of 3m.*see recovery\.measured/,
      ],
      ['measured, and too slow', plan({ rto: '2m', measured: { failover: '3m' } }), 'fail', /an outage of 3m/],
      [
        'a managed database',
        { postgres: { managed: { by: 'aws-rds', ha: true } } },
        'skip',
        /PostgreSQL \(aws-rds\) 2m and the plugin daemon/,
      ],
      [
        'one host',
        { target: { type: 'compose', context: null, namespace: null, ingress: null } },
        'skip',
        /host\.single-point-of-failure/,
      ],
    ],
  ],
  [
    'recovery.rto.rebuild',
    [
      [
        'a number of documents that fits',
        { load: { documents: 50_000 } },
        'pass',
        /50000 documents × 4000 tokens .* = 3h 20m/,
      ],
      ['too many', { load: { documents: 1_000_000 } }, 'fail', /= 2d 18h, more than the RTO of 4h/],
      ['a number that nobody said', {}, 'pass', /at most 60000 documents/],
      ['measured', { load: { documents: 1_000_000 }, ...plan({ measured: { rebuild: '3h' } }) }, 'skip', /again in 3h/],
      ['measured, and too slow', plan({ measured: { rebuild: '5h' } }), 'fail', /again in 5h/],
      ['snapshots', plan({ vectorStore: { strategy: 'snapshot', interval: '5m' } }), 'skip', /^$/],
    ],
  ],
  [
    'recovery.measured',
    [
      ['this year', {}, 'warn', /the figures of 2026-10-01: declared, not seen/],
      ['too old', plan(OLD), 'warn', /older than 365d/],
      ['a day to come', plan({ measured: { at: '2027-01-01' } }), 'warn', /which is in the future/],
      ['nothing', plan(UNMEASURED), 'skip', /^$/],
    ],
  ],
  [
    'recovery.drills',
    [
      ['within the interval', {}, 'warn', /the drill of 2026-10-01: declared, not seen/],
      ['overdue', plan({ drills: { interval: '30d' } }), 'warn', /the last drill was on 2026-10-01/],
      ['never', plan({ drills: { last: null } }), 'warn', /no drill yet/],
      ['a day to come', plan({ drills: { last: '2027-01-01' } }), 'warn', /which is in the future/],
      [
        'never, and a bundled vector store depends on it',
        { vectorStore: { mode: 'bundled', provider: null, qdrant: null }, ...plan({ drills: { last: null } }) },
        'fail',
        /depends on it/,
      ],
    ],
  ],
])('%s', (id, rows) => {
  it.each(rows)('%s', (_title, patch, status, words) => {
    const { status: found, message } = resultOf(id, patch);
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });
});

describe('observed evidence', () => {
  it('gives the size that a restore has to write', () => {
    const seen = postgresSeen([], { bytes: 512 * 2 ** 30 });
    expect(resultOf('recovery.rto', plan({ ...UNMEASURED, rto: '1h' }), allSeen(seen)).message).toMatch(/512 GiB/);
  });

  it('shows a standby that takes over', () => {
    expect(resultOf('recovery.rto.failover', {}, allSeen(postgresSeen(['async']))).message).toMatch(/PostgreSQL 2m/);
    expect(resultOf('recovery.rto.failover', {}, allSeen(postgresSeen([]))).message).not.toMatch(/PostgreSQL/);
  });
});
