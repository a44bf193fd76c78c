import { describe, expect, it } from 'vitest';
import { ExternalError, UserError } from '../../src/base/errors.ts';
import type { Check, Status } from '../../src/checks/check.ts';
import { type RunChecksOptions, runChecks } from '../../src/checks/engine.ts';
import { CollectionError, type Collector, type Evidence, evidenceKey } from '../../src/evidence/evidence.ts';
import type { OpenRelay } from '../../src/evidence/relay/relay.ts';
import { dialHere } from '../../src/net/dial.ts';
import { collectContext, fixedCollector, sampleCheck } from '../support/check-runs.ts';

const SERVICE = evidenceKey<string>('service', 1);
const OTHER = evidenceKey<string>('other', 1);
const NODES = evidenceKey<string>('cluster.nodes', 1);

const SEEN = { observed: 'seen', expected: '', message: 'fine' };

/** A service that reports the place of its client. */
const service: Collector<string> = {
  key: SERVICE,
  timeoutMs: 1_000,
  fromCluster: true,
  collect: async ({ from }) => `answers ${from}`,
};

/** Judges `verdicts` for the place of the evidence. */
function checkOf(verdicts: Partial<Record<'local' | 'cluster', Status>> = {}, over: Partial<Check> = {}): Check {
  return sampleCheck({
    id: 'postgres.x',
    requires: [SERVICE],
    judge: (context) => {
      const status = verdicts[context.optionalEvidence(SERVICE)?.from ?? 'local'] ?? 'pass';
      const observed = context.evidence(SERVICE);
      return { status, observed, expected: '', message: observed };
    },
    ...over,
  });
}

function relay(over: Partial<Awaited<ReturnType<OpenRelay>>> = {}): { open: OpenRelay; closed: () => number } {
  let closed = 0;
  const close = async (): Promise<undefined> => {
    closed += 1;
    return undefined;
  };
  return { open: async () => ({ dial: dialHere, breaks: () => 0, close, ...over }), closed: () => closed };
}

const noRelay: OpenRelay = async () => {
  throw new CollectionError('denied', 'create jobs.batch');
};

async function run(check: Check, over: Partial<RunChecksOptions>) {
  const options = { phase: 'preflight' as const, checks: [check], collectors: [service], context: collectContext() };
  const made = await runChecks({ ...options, ...over });
  const [result] = made.report.checks;
  if (result === undefined) throw new Error('no result');
  return { ...made, result };
}

describe('probes from the cluster', () => {
  it('judges the in-cluster evidence and names its source, keeps both, and removes the relay', async () => {
    const { open, closed } = relay();
    const { result, evidence } = await run(checkOf({ local: 'warn' }), { openRelay: open });
    expect(result).toMatchObject({
      status: 'pass',
      message: 'answers cluster (observed from the cluster)',
      sources: [{ key: 'service', from: 'cluster', saved: false }],
    });
    const kept = evidence.filter(({ key }) => key === 'service').map(({ from, data }) => [from, data]);
    expect(kept).toEqual([
      ['cluster', 'answers cluster'],
      ['local', 'answers local'],
    ]);
    expect(closed()).toBe(1);
  });

  it('creates no relay if no selected check probes a service', async () => {
    const open: OpenRelay = () => Promise.reject(new Error('opened'));
    const check = sampleCheck({ id: 'tools.x', requires: [OTHER] });
    const { result } = await run(check, { openRelay: open, collectors: [fixedCollector(OTHER, 'here')] });
    expect(result).toMatchObject({ status: 'pass', message: 'fine' });
    expect(result.sources).toBeUndefined();
  });

  it.each<[Status, Status]>([
    ['pass', 'unknown'],
    ['warn', 'unknown'],
    ['fail', 'fail'],
    ['skip', 'skip'],
  ])('without a relay, %s from this machine is %s', async (local, status) => {
    const { result } = await run(checkOf({ local }), { openRelay: noRelay });
    expect(result.status).toBe(status);
    if (status === 'unknown') expect(result.message).toBe('not observed from the cluster: create jobs.batch');
  });

  it('without a relay, optional evidence is the local one', async () => {
    const check = checkOf({}, { requires: [], optional: [SERVICE], judge: () => ({ ...SEEN, status: 'pass' }) });
    expect((await run(check, { openRelay: noRelay })).result).toMatchObject({ status: 'pass', message: 'fine' });
  });

  it('does not name the place if the answer is missing for another reason', async () => {
    const check = checkOf({}, { requires: [SERVICE, NODES] });
    const { result } = await run(check, { openRelay: relay().open });
    expect(result).toMatchObject({ status: 'unknown', message: 'not observed: no collector collects cluster.nodes' });
  });

  it('lets a collector depend on evidence from the same place', async () => {
    const built: Collector<string> = {
      key: OTHER,
      timeoutMs: 1_000,
      fromCluster: true,
      collect: async (_, need) => `built on: ${await need(SERVICE)}`,
    };
    const check = sampleCheck({
      id: 'postgres.x',
      requires: [OTHER],
      judge: (context) => ({ status: 'pass', observed: context.evidence(OTHER), expected: '', message: '' }),
    });
    const { result } = await run(check, { openRelay: relay().open, collectors: [service, built] });
    expect(result.observed).toContain('built on: answers cluster');
  });

  it.each([
    [1, 'pass', 'answers cluster (observed from the cluster)'],
    [9, 'unknown', 'not observed from the cluster: the port-forward to the relay keeps disconnecting'],
  ])('collects once more if the connection breaks: %i times', async (times, status, message) => {
    let [asked, broken] = [0, 0];
    const breaking: Collector<string> = {
      ...service,
      collect: async ({ from }) => {
        if (from === 'cluster' && asked++ < times) broken += 1;
        return `answers ${from}`;
      },
    };
    const { open } = relay({ breaks: () => broken });
    const { result } = await run(checkOf(), { openRelay: open, collectors: [breaking] });
    expect(result).toMatchObject({ status, message });
  });

  it('removes the relay if the run is interrupted, and names the objects that are left', async () => {
    const abort = new AbortController();
    const hanging: Collector<string> = {
      ...service,
      collect: ({ from }) => {
        if (from === 'cluster') abort.abort();
        return new Promise(() => undefined);
      },
    };
    const { open } = relay({ close: async () => 'job/x could not be removed: kubectl delete job/x' });
    const context = collectContext({ signal: abort.signal });
    await expect(run(checkOf(), { openRelay: open, collectors: [hanging], context })).rejects.toThrow(
      'interrupted; job/x could not be removed: kubectl delete job/x',
    );
  });

  it.each([
    ['a bug', new TypeError('x is not a function'), TypeError, 'x is not a function'],
    ['a known error', new UserError('no such check'), UserError, 'no such check'],
    [
      'an error of the file system',
      Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write', path: '/x' }),
      ExternalError,
      '/x: no space is left on the device',
    ],
    ['an error with a fixed message', new DOMException('aborted', 'AbortError'), DOMException, 'aborted'],
    ['what is no error', 'odd', Error, 'odd'],
  ])('names the objects that are left if the run ends by %s', async (_, error, type, message) => {
    const { open } = relay({ close: async () => 'job/x could not be removed: kubectl delete job/x' });
    const onEvent: RunChecksOptions['onEvent'] = ({ type: event }) => {
      if (event === 'judged') throw error;
    };
    const thrown = await run(checkOf(), { openRelay: open, onEvent }).catch((found: unknown) => found);
    expect(thrown).toBeInstanceOf(type);
    expect(thrown).toHaveProperty('message', `${message}; job/x could not be removed: kubectl delete job/x`);
  });

  it('removes the objects of a collector that hangs', async () => {
    let undone = 0;
    const making: Collector<string> = {
      key: OTHER,
      timeoutMs: 10,
      collect: ({ undoLater }) => {
        undoLater?.(async () => {
          undone += 1;
          return 'pvc/x is left';
        });
        return new Promise(() => undefined);
      },
    };
    const { result, notes } = await run(sampleCheck({ id: 'tools.x', requires: [OTHER] }), { collectors: [making] });
    expect([result.status, undone, notes]).toEqual(['unknown', 1, ['pvc/x is left']]);
  });

  it('services that hang do not delay others', async () => {
    const hanging = Array.from({ length: 12 }, (_, index) => evidenceKey<string>(`service.${index}`, 1));
    const order: string[] = [];
    const collectors: Collector<unknown>[] = [
      ...hanging.map((key) => ({
        ...service,
        key,
        timeoutMs: 200,
        collect: () => new Promise<string>(() => undefined),
      })),
      fixedCollector(OTHER, 'here'),
    ];
    await runChecks({
      phase: 'preflight',
      checks: [
        ...hanging.map((key) => sampleCheck({ id: `postgres.${key.name}`, requires: [key] })),
        sampleCheck({ id: 'tools.x', requires: [OTHER] }),
      ],
      collectors,
      context: collectContext(),
      onEvent: (event) => void (event.type === 'judged' && order.push(event.result.id)),
    });
    expect(order[0]).toBe('tools.x');
  });
});

describe('saved evidence', () => {
  const context = collectContext({ now: () => new Date('2026-11-22T12:00:00Z') });
  const check = sampleCheck({
    id: 'cluster.x',
    requires: [NODES, OTHER],
    judge: (context) => ({ status: 'pass', observed: context.evidence(NODES), expected: '', message: 'enough' }),
  });
  const forbidden: Collector<string> = {
    key: NODES,
    timeoutMs: 1_000,
    collect: () => {
      throw new CollectionError('denied', 'list nodes');
    },
  };
  const given = (collectedAt: string): readonly Evidence<unknown>[] => [
    { key: NODES.name, version: 1, collectedAt, from: 'local', outcome: 'ok', data: '6 nodes', durationMs: 1 },
  ];
  const collectors = [forbidden, fixedCollector(OTHER, 'here')];

  it('replaces collection, with its date, beside collected evidence', async () => {
    const { result, evidence } = await run(check, {
      context,
      collectors,
      savedEvidence: given('2026-11-20T08:00:00Z'),
    });
    expect(result).toMatchObject({
      status: 'pass',
      message: 'enough (cluster.nodes from --from-evidence of 2026-11-20)',
      sources: [{ key: 'cluster.nodes', from: 'local', at: '2026-11-20T08:00:00Z', saved: true }],
    });
    expect(evidence.map(({ key }) => key)).toEqual(['clock.now', 'cluster.nodes', 'other']);
  });

  it.each<[string, Partial<Check>, Status]>([
    ['passes with a warning', {}, 'warn'],
    ['and passes where the check is information alone', { severity: () => 'info' }, 'pass'],
  ])('is marked as old after a week: %s', async (_, over, status) => {
    const { result } = await run(
      { ...check, ...over },
      { context, collectors, savedEvidence: given('2026-11-14T08:00:00Z') },
    );
    expect(result.status).toBe(status);
    expect(result.message).toContain('that is 8 days old');
  });
});
