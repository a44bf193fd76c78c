import { describe, expect, it } from 'vitest';
import type { Check, Judgement, Severity, Status } from '../../src/checks/check.ts';
import { configRenders } from '../../src/checks/config/renders.ts';
import { runChecks } from '../../src/checks/engine.ts';
import type { CheckEvent } from '../../src/checks/events.ts';
import { reportExitCode } from '../../src/checks/exit.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { CLUSTER_ADMISSION, clusterAdmissionCollector } from '../../src/evidence/cluster/admission.ts';
import { CollectionError, type Collector, evidenceKey } from '../../src/evidence/evidence.ts';
import { IMAGES_LIST, imagesListCollector } from '../../src/evidence/images/list.ts';
import { namesEgressCollector } from '../../src/evidence/names/egress-collector.ts';
import { namesSettingsCollector } from '../../src/evidence/names/settings-collector.ts';
import { renderedObjectsCollector } from '../../src/evidence/rendered/objects.ts';
import { RENDERED_OBJECTS } from '../../src/evidence/rendered/set.ts';
import { collectContext, fixedCollector, sampleCheck } from '../support/check-runs.ts';
import { sampleDeployment } from '../support/deployments.ts';

const THING = evidenceKey<number>('thing', 1);
const OTHER = evidenceKey<number>('other', 1);

function judgement(status: Status): Judgement {
  return { status, observed: 'o', expected: 'e', message: `it is ${status}` };
}

async function run(checks: readonly Check[], collectors: readonly Collector<unknown>[] = [], more = {}) {
  const { report } = await runChecks({ phase: 'preflight', checks, collectors, context: collectContext(), ...more });
  return report;
}

async function one(check: Check, collectors: readonly Collector<unknown>[] = [], more = {}) {
  const report = await run([check], collectors, more);
  const [result] = report.checks;
  if (result === undefined) throw new Error('no result');
  return { result, report };
}

describe('collecting', () => {
  it('collects each key once for all checks that require it, and no other key', async () => {
    let thing = 0;
    let other = 0;
    const collectors: Collector<unknown>[] = [
      { key: THING, timeoutMs: 1_000, collect: async () => ++thing },
      { key: OTHER, timeoutMs: 1_000, collect: async () => ++other },
    ];
    const checks = ['tools.a', 'tools.b', 'tools.c'].map((id) => sampleCheck({ id, requires: [THING] }));
    const report = await run(checks, collectors);
    expect(report.summary.pass).toBe(3);
    expect([thing, other]).toEqual([1, 0]);
  });

  it('abandons a collector that hangs and ignores its signal, without stopping the others', async () => {
    const hanging: Collector<number> = { key: THING, timeoutMs: 20, collect: () => new Promise(() => undefined) };
    const checks = [
      sampleCheck({ id: 'tools.hang', requires: [THING] }),
      sampleCheck({ id: 'tools.fine', requires: [OTHER] }),
    ];
    const report = await run(checks, [hanging, fixedCollector(OTHER, 1)]);
    expect(report.checks.map((check) => [check.id, check.status])).toEqual([
      ['tools.hang', 'unknown'],
      ['tools.fine', 'pass'],
    ]);
    expect(report.checks[0]?.message).toBe('not observed: no answer within 20 ms');
  });

  it('ends all collectors that still run when the total time is over', async () => {
    const hanging: Collector<number> = {
      key: THING,
      timeoutMs: 3_600_000,
      collect: () => new Promise(() => undefined),
    };
    const { result } = await one(sampleCheck({ id: 'tools.hang', requires: [THING] }), [hanging], { timeoutMs: 30 });
    expect(result.status).toBe('unknown');
  });

  it.each([
    [
      'a missing right',
      new CollectionError('denied', 'list nodes'),
      'not observed: list nodes',
      'ask for the missing right: list nodes',
    ],
    [
      'what a command provides',
      new CollectionError('absent', 'Dify is not installed in namespace dify', undefined, 'difyctl install'),
      'not observed: Dify is not installed in namespace dify',
      'difyctl install',
    ],
    ['any other fault', new Error('socket hang up'), 'not observed: socket hang up', 'fix the cause, then re-run'],
  ])('answers unknown for %s', async (_, error, message, remedy) => {
    const throwing: Collector<number> = {
      key: THING,
      timeoutMs: 1_000,
      collect: () => {
        throw error;
      },
    };
    const { result } = await one(sampleCheck({ id: 'tools.x', requires: [THING] }), [throwing]);
    expect(result).toMatchObject({ status: 'unknown', message, remedy });
  });

  it.each([
    ['skips', [], ['skip', 'skipped: see config.renders'], 3],
    ['keeps as unknown without config.renders', ['config'], ['unknown', 'not observed: version 9 is not known'], 3],
  ])('%s checks that require a rendered set if it could not be rendered', async (_, skip, expected, code) => {
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    const context = collectContext({ deployment, renderFault: 'version 9 is not known' });
    const building: Collector<number> = {
      key: THING,
      timeoutMs: 1_000,
      collect: async (__, need) => (await need(RENDERED_OBJECTS)).objects.length,
    };
    const onTop: Collector<number> = { key: OTHER, timeoutMs: 1_000, collect: (__, need) => need(THING) };
    const collectors = [renderedObjectsCollector, imagesListCollector, clusterAdmissionCollector, building, onTop];
    const keys = [RENDERED_OBJECTS, IMAGES_LIST, CLUSTER_ADMISSION, THING, OTHER];
    const needy = keys.map((key) => sampleCheck({ id: `cluster.${key.name}`, requires: [key] }));
    const report = await run([configRenders, ...needy], collectors, { context, skip });
    const judged = report.checks.filter(({ id }) => id !== 'config.renders');
    expect(judged.map(({ status, message }) => [status, message])).toEqual(needy.map(() => expected));
    expect(reportExitCode(report)).toBe(code);
  });

  const OF_SET = [
    ...['config.probes', 'config.addresses', 'names.body-size', 'names.egress', 'names.files-url', 'names.hosts'],
    ...['names.proxy', 'names.same-site', 'names.schemes', 'names.ssrf-proxy', 'names.timeouts'],
  ];

  it.each([
    ['skips them beside config.renders', ['config.renders', ...OF_SET], ['skip', 'skipped: see config.renders']],
    ['says that they were not observed without it', OF_SET, ['unknown', 'not observed: version 9 is not known']],
  ])('%s if nothing could be rendered', async (_, only, expected) => {
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    const context = collectContext({ deployment, renderFault: 'version 9 is not known' });
    const collectors = [renderedObjectsCollector, namesSettingsCollector, namesEgressCollector];
    const report = await run(CHECKS, collectors, { context, only });
    const judged = report.checks.filter(({ id }) => id !== 'config.renders');
    expect(judged.map(({ id, status, message }) => [id, status, message])).toEqual(
      judged.map(({ id }) => [id, ...expected]),
    );
    expect(judged.map(({ id }) => id).toSorted()).toEqual(OF_SET.toSorted());
    expect(reportExitCode(report)).toBe(3);
  });

  it('does not accept a failed rendering as a risk, because other checks then have no result', async () => {
    const acceptedRisks = [{ check: 'config.renders', reason: 'later' }];
    const deployment = { ...sampleDeployment('prod-kubernetes-s3-qdrant'), acceptedRisks };
    const context = collectContext({ deployment, renderFault: 'version 9 is not known' });
    const report = await run(CHECKS, [renderedObjectsCollector], {
      context,
      only: ['config.renders', 'config.probes'],
    });
    expect(report.checks.map(({ id, status }) => [id, status])).toEqual([
      ['config.renders', 'fail'],
      ['config.probes', 'skip'],
    ]);
    expect(report.checks[0]?.message).toBe(
      'version 9 is not known (the risk is accepted, but this counts only with a set that other checks can judge)',
    );
    expect(reportExitCode(report)).toBe(3);
  });

  it('a check that also lacks other evidence stays unknown', async () => {
    const throwing: Collector<number> = {
      key: THING,
      timeoutMs: 1_000,
      collect: () => {
        throw new CollectionError('denied', 'list nodes');
      },
    };
    const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
    const context = collectContext({ deployment, renderFault: 'version 9 is not known' });
    const checks = [configRenders, sampleCheck({ id: 'cluster.x', requires: [RENDERED_OBJECTS, THING] })];
    const report = await run(checks, [throwing, renderedObjectsCollector], { context });
    expect(report.checks.map(({ id, status, message }) => [id, status, message])).toEqual([
      ['config.renders', 'fail', 'version 9 is not known'],
      ['cluster.x', 'unknown', 'not observed: list nodes'],
    ]);
  });

  it('lets a collector depend on another, also if more collectors wait than may run at once', async () => {
    const waiting = Array.from({ length: 12 }, (_, i) => evidenceKey<number>(`waiting.${i}`, 1));
    const collectors: Collector<unknown>[] = [
      ...waiting.map((key) => ({
        key,
        timeoutMs: 2_000,
        collect: async (_: unknown, need: <T>(k: { name: string; version: number; __type?: T }) => Promise<T>) =>
          (await need(THING)) + 1,
      })),
      fixedCollector(THING, 41),
    ];
    const checks = [
      ...waiting.map((key) => sampleCheck({ id: `tools.${key.name}`, requires: [key] })),
      sampleCheck({ id: 'tools.thing', requires: [THING] }),
    ];
    const report = await run(checks, collectors);
    expect(report.summary.pass).toBe(13);
  });

  it('is interrupted by the caller’s signal', async () => {
    const abort = new AbortController();
    const hanging: Collector<number> = {
      key: THING,
      timeoutMs: 60_000,
      collect: () => {
        abort.abort();
        return new Promise(() => undefined);
      },
    };
    const context = collectContext({ signal: abort.signal });
    await expect(one(sampleCheck({ id: 'tools.x', requires: [THING] }), [hanging], { context })).rejects.toThrow(
      'interrupted',
    );
  });
});

describe('judging', () => {
  it.each<[Status, Severity, Status]>([
    ['fail', 'error', 'fail'],
    ['fail', 'warning', 'warn'],
    ['fail', 'info', 'pass'],
    ['warn', 'error', 'warn'],
    ['warn', 'warning', 'warn'],
    ['warn', 'info', 'pass'],
    ['unknown', 'info', 'unknown'],
    ['skip', 'info', 'skip'],
    ['pass', 'error', 'pass'],
  ])('caps %s at severity %s to %s', async (status, severity, expected) => {
    const { result } = await one(
      sampleCheck({ id: 'tools.x', severity: () => severity, judge: () => judgement(status) }),
    );
    expect(result.status).toBe(expected);
    expect(result.note).toBe(expected === 'pass' && status !== 'pass' ? `it is ${status}` : undefined);
  });

  it('takes the worst status of the observations, each capped by the severity', async () => {
    const observations = (['pass', 'fail', 'unknown'] as const).map((status) => ({
      subject: status,
      from: 'local' as const,
      status,
      observed: '',
      expected: '',
    }));
    const judge = () => ({ ...judgement('pass'), observations });
    const { result } = await one(sampleCheck({ id: 'redis.x', judge }));
    expect(result.status).toBe('fail');
    const { result: warned } = await one(sampleCheck({ id: 'redis.x', severity: () => 'warning', judge }));
    expect(warned.status).toBe('unknown');
    expect(warned.observations?.map(({ status }) => status)).toEqual(['pass', 'warn', 'unknown']);
  });

  it('reports a rule that throws as unknown and continues', async () => {
    const judge = () => {
      throw new Error('off by one');
    };
    const report = await run([sampleCheck({ id: 'tools.bug', judge }), sampleCheck({ id: 'tools.fine' })]);
    expect(report.checks.map(({ status }) => status)).toEqual(['unknown', 'pass']);
    expect(report.checks[0]?.message).toContain('a bug in difyctl, in tools.bug: off by one');
  });

  it('leaves out checks that do not apply, and gives the reason for skipped ones', async () => {
    const report = await run([
      sampleCheck({ id: 'tools.never', when: () => false }),
      sampleCheck({ id: 'tools.later', when: () => ({ skip: 'needs a file' }) }),
    ]);
    expect(report.checks).toHaveLength(1);
    expect(report.checks[0]).toMatchObject({ id: 'tools.later', status: 'skip', message: 'needs a file' });
  });
});

describe('selecting', () => {
  const checks = ['redis.topology', 'redis.agent-backend', 'cluster.capacity.nodes', 'cluster.version'].map((id) =>
    sampleCheck({ id }),
  );

  it.each([
    [['redis.topology'], [], ['redis.topology:pass']],
    [['redis'], [], ['redis.topology:pass', 'redis.agent-backend:pass']],
    [['cluster.*'], ['cluster.capacity'], ['cluster.version:pass', 'cluster.capacity.nodes:skip']],
    [['*.version'], [], ['cluster.version:pass']],
  ])('--only %j --skip %j', async (only, skip, expected) => {
    const report = await run(checks, [], { only, skip });
    expect(report.checks.map(({ id, status }) => `${id}:${status}`)).toEqual(expected);
  });

  it('refuses an unknown id and names the nearest', async () => {
    await expect(run(checks, [], { only: ['redis.topolgy'] })).rejects.toThrow(
      '--only: unknown check redis.topolgy; did you mean redis.topology?',
    );
  });
});

describe('the exit code', () => {
  it.each<[Status, Severity, 'test' | 'prod', number]>([
    ['fail', 'error', 'test', 3],
    ['fail', 'warning', 'prod', 0],
    ['unknown', 'error', 'prod', 3],
    ['unknown', 'error', 'test', 0],
    ['unknown', 'warning', 'prod', 0],
    ['warn', 'error', 'prod', 0],
    ['skip', 'error', 'prod', 0],
  ])('of %s at %s in %s is %i', async (status, severity, tier, code) => {
    const context = collectContext({ tier });
    const check = sampleCheck({ id: 'tools.x', severity: () => severity, judge: () => judgement(status) });
    const { report } = await one(check, [], { context });
    expect(reportExitCode(report)).toBe(code);
    expect(reportExitCode({ ...report, phase: 'postflight' })).toBe(code === 3 ? 5 : 0);
  });
});

describe('the exit code with --fail-on warn', () => {
  it.each<[Status, Severity, 'test' | 'prod', number]>([
    ['warn', 'warning', 'test', 3],
    ['unknown', 'warning', 'test', 3],
    ['fail', 'warning', 'prod', 3],
    ['fail', 'info', 'prod', 0],
    ['pass', 'error', 'prod', 0],
    ['skip', 'error', 'prod', 0],
  ])('of %s at %s in %s is %i', async (status, severity, tier, code) => {
    const context = collectContext({ tier });
    const check = sampleCheck({ id: 'tools.x', severity: () => severity, judge: () => judgement(status) });
    const { report } = await one(check, [], { context, failOn: 'warn' });
    expect(reportExitCode(report)).toBe(code);
    expect(reportExitCode({ ...report, phase: 'postflight' })).toBe(code === 3 ? 5 : 0);
  });

  it('of a risk that the file accepts is 0', async () => {
    const check = sampleCheck({ id: 'tools.x', judge: () => judgement('fail') });
    const { result, report } = await one(check, [], { failOn: 'warn' });
    const accepted = { ...result, status: 'warn' as const, accepted: { reason: 'pilot' } };
    expect(reportExitCode({ ...report, checks: [accepted] })).toBe(0);
  });
});

it('emits events for the live checklist: selected, collected, judged', async () => {
  const events: CheckEvent[] = [];
  const onEvent = (event: CheckEvent) => events.push(event);
  await one(sampleCheck({ id: 'tools.x', requires: [THING] }), [fixedCollector(THING, 1)], { onEvent });
  expect(events.map((event) => event.type)).toEqual([
    'selected',
    'collecting',
    'collected',
    'collecting',
    'collected',
    'judged',
  ]);
});
