import { describe, expect, it } from 'vitest';
import { recoveryChecks } from '../../../src/checks/recovery/checks.ts';
import { judged } from '../../support/check-runs.ts';
import { SAMPLE_NAMES, sampleDeployment } from '../../support/deployments.ts';
import { type Patch, plan, resultOf } from './scene.ts';

const RDS = { postgres: { managed: { by: 'aws-rds', ha: true } } };

describe.each<[string, readonly [string, Patch, string, RegExp][]]>([
  [
    'recovery.plan',
    [
      ['complete', {}, 'pass', /RTO 4h, RPO 15m/],
      ['absent', { recovery: null }, 'fail', /no recovery plan/],
      [
        'two numbers alone',
        plan({ postgres: null, redis: null, objectStorage: null, vectorStore: null, drills: null }),
        'fail',
        /nothing of postgres, redis, objectStorage, vectorStore and drills/,
      ],
    ],
  ],
  [
    'recovery.availability',
    [
      [
        'three zones',
        {},
        'pass',
        /several zones 99\.99% and what runs alone \(beat, apiWebsocket, pluginDaemon, localSandbox\) 99\.979% in series: 99\.969%/,
      ],
      ['with a database that promises less', RDS, 'pass', /99\.979% and aws-rds 99\.95% in series: 99\.919%/],
      ['more than zones carry', plan({ availability: '99.999%' }), 'fail', /set|99\.999% is promised/],
      ['more than a service promises', { ...RDS, ...plan({ availability: '99.96%' }) }, 'warn', /in series: 99\.919%/],
      ['more than what runs alone carries', plan({ availability: '99.98%' }), 'fail', /what runs alone/],
      ['one zone', plan({ availability: '99.99%', topology: { zones: 1 } }), 'fail', /machines in one zone 99\.95%/],
      [
        'one host',
        { target: { type: 'compose', context: null, namespace: null, ingress: null } },
        'fail',
        /one host 99\.5%/,
      ],
      ['a disaster that does not fit', plan({ rto: '1d' }), 'warn', /one disaster of 1d takes longer than the 8h 45m/],
      ['no promise', plan({ availability: null }), 'skip', /^$/],
    ],
  ],
  [
    'recovery.consistency',
    [
      ['versions', {}, 'pass', /by version/],
      [
        'nothing brings files back',
        plan({ objectStorage: { versioning: false } }),
        'skip',
        /recovery\.rpo\.corruption/,
      ],
      [
        'saved alike',
        plan({ objectStorage: { versioning: false, interval: '10m' } }),
        'warn',
        /files every 10m: declared, not seen/,
      ],
      [
        'saved too seldom',
        plan({ objectStorage: { versioning: false, interval: '15m' } }),
        'warn',
        /rows point to files/,
      ],
    ],
  ],
  [
    'recovery.upgrade-window',
    [
      ['named', {}, 'pass', /Sun 02:00-04:00/],
      ['not named', plan({ upgradeWindow: null }), 'warn', /no upgrade window/],
      ['no time at all', plan({ upgradeWindow: 'Sun 02:00-02:00 UTC' }), 'warn', /no time at all/],
    ],
  ],
  [
    'recovery.redis',
    [
      ['aof', {}, 'pass', /a second/],
      ['rdb', plan({ redis: { persistence: 'rdb' } }), 'pass', /last snapshot/],
      ['none', plan({ redis: { persistence: 'none' } }), 'warn', /loses every queued/],
    ],
  ],
  [
    'recovery.secrets',
    [
      ['a copy elsewhere', {}, 'pass', /vault: kv\/dify/],
      ['generated, and nothing said', plan({ configuration: { secrets: null } }), 'warn', /SECRET_KEY/],
      [
        'from outside',
        { secrets: { secretKey: { env: 'KEY' } }, ...plan({ configuration: { secrets: null } }) },
        'pass',
        /from outside/,
      ],
    ],
  ],
  [
    'recovery.configuration',
    [
      ['a repository', {}, 'pass', /kept in git@/],
      ['none', plan({ configuration: { repository: null } }), 'warn', /no repository is named/],
    ],
  ],
])('%s', (id, rows) => {
  it.each(rows)('%s', (_title, patch, status, words) => {
    const { status: found, message } = resultOf(id, patch);
    expect([found, message]).toEqual([status, expect.stringMatching(words)]);
  });
});

it.each(SAMPLE_NAMES)('no finding in the healthy %s', (name) => {
  const deployment = sampleDeployment(name);
  const results = recoveryChecks.filter((check) => check.when?.(deployment, deployment.tier) === true);
  const findings = results
    .map((check) => judged(check, { deployment }))
    .filter(({ status }) => status !== 'pass' && status !== 'skip');
  expect(findings).toEqual([]);
});
