import { describe, expect, it } from 'vitest';
import { recoveryChecks } from '../../../src/checks/recovery/checks.ts';
import { SECRETS_FACTS, type SecretFact } from '../../../src/evidence/secrets.ts';
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
        /does not cover postgres, redis, objectStorage, vectorStore and drills/,
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
        /several zones 99\.99% and components with one replica \(beat, apiWebsocket, pluginDaemon, localSandbox\) 99\.979% in series: 99\.969%/,
      ],
      [
        'with a database that promises less',
        RDS,
        'skip',
        /99\.979% and aws-rds 99\.95% in series: 99\.919%; this depends on checks without a result: see postgres\.replication$/,
      ],
      ['more than zones carry', plan({ availability: '99.999%' }), 'fail', /set|99\.999% is promised/],
      ['more than a service promises', { ...RDS, ...plan({ availability: '99.96%' }) }, 'warn', /in series: 99\.919%/],
      ['more than what runs alone carries', plan({ availability: '99.98%' }), 'fail', /components with one replica/],
      ['one zone', plan({ availability: '99.99%', topology: { zones: 1 } }), 'fail', /machines in one zone 99\.95%/],
      [
        'one host',
        { target: { type: 'compose', context: null, namespace: null, ingress: null } },
        'fail',
        /one host 99\.5%/,
      ],
      [
        'a disaster that does not fit',
        plan({ rto: '1d' }),
        'warn',
        /one outage of 1d is longer than the promised 8h 45m/,
      ],
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
        /rows refer to files/,
      ],
    ],
  ],
  [
    'recovery.upgrade-window',
    [
      ['named', {}, 'pass', /Sun 02:00-04:00/],
      ['not named', plan({ upgradeWindow: null }), 'warn', /no upgrade window/],
      ['no time at all', plan({ upgradeWindow: 'Sun 02:00-02:00 UTC' }), 'warn', /starts and ends at the same time/],
    ],
  ],
  [
    'recovery.redis',
    [
      ['aof, which is seen', {}, 'pass', /a second/],
      ['rdb, and more is seen', plan({ redis: { persistence: 'rdb' } }), 'pass', /last snapshot/],
      ['none', plan({ redis: { persistence: 'none' } }), 'warn', /loses every queued/],
    ],
  ],
  [
    'recovery.secrets',
    [
      ['a copy elsewhere', {}, 'warn', /the copy in vault: kv\/dify: declared, not seen/],
      ['generated, and nothing said', plan({ configuration: { secrets: null } }), 'warn', /SECRET_KEY/],
      ['from outside, and not read', { secrets: { secretKey: { env: 'KEY' } } }, 'skip', /see config\.secrets/],
      [
        'in the same cluster',
        {
          secrets: { secretKey: { kubernetes: { name: 'keys', key: 'k' } } },
          ...plan({ configuration: { secrets: null } }),
        },
        'warn',
        /the only copy of secrets\.secretKey is in the Secret keys/,
      ],
    ],
  ],
  [
    'recovery.configuration',
    [
      ['a repository', {}, 'warn', /difyctl\.yaml in git@.*: declared, not seen/],
      ['none', plan({ configuration: { repository: null } }), 'warn', /no repository is declared/],
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
    .filter(({ status, observed }) => status !== 'pass' && status !== 'skip' && observed !== 'declared, not seen');
  expect(findings).toEqual([]);
});

/**
 * The checks of a healthy plan that may pass without evidence: they judge the file itself, or compute with published
 * figures.
 */
const ON_THE_FILE_ALONE = ['recovery.plan', 'recovery.rto.failover', 'recovery.rto.rebuild', 'recovery.upgrade-window'];

it('no other check of the plan passes because of a declaration alone', () => {
  const passing = recoveryChecks.filter(({ id }) => resultOf(id, {}, []).status === 'pass').map(({ id }) => id);
  expect(passing).toEqual(ON_THE_FILE_ALONE);
});

it('each finding about a declaration has its own next step', () => {
  const found = recoveryChecks.map(({ id }) => ({ id, ...resultOf(id) })).filter(({ status }) => status === 'warn');
  expect(found.map(({ id, observed, remedy }) => [id, observed, remedy])).toEqual([
    [
      'recovery.measured',
      'declared, not seen',
      'restore beside the installation, and keep the record with its times; or accept this risk by name (acceptedRisks)',
    ],
    [
      'recovery.drills',
      'declared, not seen',
      'run difyctl drill, which restores the newest set and keeps the record; or accept this risk by name (acceptedRisks)',
    ],
    [
      'recovery.secrets',
      'declared, not seen',
      'open the copy, and compare its SECRET_KEY with that of the installation; or accept this risk by name (acceptedRisks)',
    ],
    [
      'recovery.configuration',
      'declared, not seen',
      'clone it on another machine, and run difyctl validate on the file in it; or accept this risk by name (acceptedRisks)',
    ],
  ]);
});

it('a SECRET_KEY from outside the cluster passes', () => {
  const key = { path: 'secrets.secretKey', source: 'env KEY', unresolved: undefined };
  const fact: SecretFact = { ...key, length: 42, traits: [], isPublished: false, sameAs: [] };
  const given = resultOf('recovery.secrets', { secrets: { secretKey: { env: 'KEY' } } }, [[SECRETS_FACTS, [fact]]]);
  expect([given.status, given.message]).toEqual([
    'pass',
    'secrets.secretKey was read from env KEY, outside the cluster',
  ]);
});
