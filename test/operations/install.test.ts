import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExternalError, Interrupted } from '../../src/base/errors.ts';
import { applySecret } from '../../src/operations/apply-secret.ts';
import { install } from '../../src/operations/install.ts';
import type { InstallOptions } from '../../src/operations/options.ts';
import type { RenderedDeployment } from '../../src/operations/prepare.ts';
import { type UninstallOptions, uninstall } from '../../src/operations/uninstall.ts';
import type { RehearsalReport } from '../../src/rehearsal/report.ts';
import { ownRecord } from '../../src/state/lock/self.ts';
import { revisionFolder } from '../../src/state/revisions/folder.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';
import { installOptions, preparedIn, withFiles } from '../support/install-options.ts';
import { type MemoryTarget, memoryTarget, WEB } from '../support/memory-target.ts';

const folder = temporaryFolder();
const now = () => new Date('2026-11-22T12:00:00Z');

const prepared = (over: Partial<RenderedDeployment> = {}) => preparedIn(folder.path, over);
const options = (target: MemoryTarget, over: Partial<InstallOptions> = {}) =>
  installOptions(target, { prepared: prepared(), ...over });

function rehearsal(counts: Partial<RehearsalReport['summary']>): RehearsalReport {
  const status = (counts.fail ?? 0) > 0 ? 'fail' : 'warn';
  return {
    ...{ deployment: 'dify', tier: 'prod', renderedSet: 'a1', zoneByNode: {}, published: [], limits: [], seconds: 9 },
    shape: { source: 'cluster', digest: 'b2', nodes: 6, zones: 3, kubernetes: '1.36.3' },
    summary: { pass: 0, warn: 0, fail: 0, skip: 0, ...counts },
    drills: [
      {
        ...{ kind: 'spread', subject: 'all', status, message: 'api: 3 replicas in one zone', remedy: 'add zones' },
        ...{ seconds: 0, components: [] },
      },
    ],
  };
}

/** Installs once, so that the next run finds everything as it should be. */
async function installed(): Promise<MemoryTarget> {
  const target = memoryTarget();
  await install(options(target));
  target.plans = [[]];
  target.calls.length = 0;
  return target;
}

test('a revision records what it changed, also if it is resumed', async () => {
  const target = memoryTarget();
  target.plans = [[WEB, { ...WEB, action: 'change', name: 'dify-api' }]];
  target.applying = async () => {
    throw new ExternalError('cut short');
  };
  await expect(install(options(target))).rejects.toThrow('cut short');
  const changes = { created: 1, changed: 1, deleted: 0 };
  expect(target.kept.get(1)).toMatchObject({ outcome: 'failed', changes });
  target.plans = [[WEB]];
  target.applying = async () => ({ outcome: 'applied', releaseRevision: 1 });
  await install(options(target));
  expect(target.kept.get(1)).toMatchObject({ outcome: 'applied', changes });
});

test('a warning of the rehearsal is a note, and the install continues', async () => {
  const notes: string[] = [];
  const report = await install(
    options(memoryTarget(), {
      rehearse: async () => rehearsal({ warn: 1 }),
      onProgress: (event) => void (event.type === 'note' && notes.push(event.text)),
    }),
  );
  expect(report).toMatchObject({ outcome: 'applied', exitCode: 0, rehearsal: { summary: { warn: 1 } } });
  expect(notes).toEqual(['rehearsal, spread all: api: 3 replicas in one zone']);
});

test('the order of a first install', async () => {
  const target = memoryTarget();
  const report = await install(options(target));
  expect(report).toMatchObject({ outcome: 'applied', revision: 1, releaseRevision: 1, exitCode: 0 });
  expect(target.calls).toEqual([
    'plan',
    'show',
    'ask',
    'lock',
    'recover',
    'plan',
    'revision 1 apply open',
    'apply',
    'revision 1 postflight open',
    'revision 1 closed applied',
    'prune to 1',
    'release',
  ]);
  expect(await readdir(prepared().paths.deployment)).toEqual(['place.yaml', 'revisions', 'secrets.yaml']);
});

describe('nothing is changed', () => {
  const untouched = async (target: MemoryTarget): Promise<void> => {
    expect(target.calls.filter((call) => !['plan', 'show', 'ask'].includes(call))).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  };

  test('if preflight fails: exit 3', async () => {
    const target = memoryTarget();
    const healthy = sampleDeployment('prod-kubernetes-s3-qdrant');
    const deployment = { ...healthy, logging: { ...healthy.logging, level: 'DEBUG' as const } };
    const report = await install(options(target, { prepared: prepared({ deployment }) }));
    expect(report).toMatchObject({ outcome: 'blocked', exitCode: 3 });
    await untouched(target);
  });

  test('if a drill of the rehearsal fails: exit 6', async () => {
    const target = memoryTarget();
    const report = await install(options(target, { rehearse: async () => rehearsal({ pass: 1, fail: 1 }) }));
    expect(report).toMatchObject({ outcome: 'blocked', exitCode: 6, rehearsal: { summary: { fail: 1 } } });
    await untouched(target);
  });

  test('if a secret is missing, whatever was skipped: exit 3', async () => {
    const target = memoryTarget();
    const whole = prepared();
    const unresolved = [{ path: 'redis.password', ref: { env: 'PW' }, reason: 'the variable PW is not set' }];
    const secrets = { ...whole.secrets, unresolved };
    await expect(install(options(target, { prepared: { ...whole, secrets } }))).rejects.toMatchObject({ exitCode: 3 });
    await untouched(target);
  });

  test('by a dry run', async () => {
    const target = memoryTarget();
    expect(await install(options(target, { dryRun: true }))).toMatchObject({
      outcome: 'dry-run',
      plan: { changes: [WEB] },
    });
    await untouched(target);
  });

  test('if the answer is no: exit 130', async () => {
    const target = memoryTarget();
    const refused = install(options(target, { confirm: async () => false }));
    await expect(refused).rejects.toMatchObject({ exitCode: 130, message: 'declined; nothing was changed' });
    await untouched(target);
  });

  test('by a second run: no question, no lock, no revision', async () => {
    const target = await installed();
    expect(await install(options(target))).toMatchObject({ outcome: 'unchanged', revision: 1, exitCode: 0 });
    expect(target.calls).toEqual(['plan', 'show']);
  });
});

describe('under the lock', () => {
  test('a plan that has changed is confirmed again, and the answer no changes nothing', async () => {
    const target = memoryTarget();
    target.plans = [[WEB], [WEB, { ...WEB, name: 'dify-api' }]];
    const asked: boolean[] = [];
    const confirm: InstallOptions['confirm'] = async (_, again) => {
      asked.push(again);
      return !again;
    };
    await expect(install(options(target, { confirm }))).rejects.toMatchObject({ exitCode: 130 });
    expect(asked).toEqual([false, true]);
    expect(target.calls).not.toContain('apply');
    expect(target.calls.at(-1)).toBe('release');
  });

  test('another run has the lock: exit 9, before any change', async () => {
    const target = memoryTarget();
    const other = { ...(await ownRecord('other', now())), holder: 'ops@other' };
    target.held = { record: other, durationMs: 60_000, version: '0' };
    await expect(install(options(target))).rejects.toMatchObject({ exitCode: 9 });
    expect(target.calls).toEqual(['plan', 'show', 'ask']);
  });

  test('the release of a dead run is recovered first, also if nothing is to be changed', async () => {
    const target = await installed();
    const dead = { ...(await ownRecord('dead', now())), pid: 2 ** 22 - 5, startTime: '1' };
    target.held = { record: dead, durationMs: 60_000, version: '0' };
    await install(options(target));
    expect(target.calls).toContain('recover');
    expect(target.held).toBeUndefined();
    expect([...target.kept.keys()]).toEqual([1]);
  });
});

test('a lock that cannot be removed hides nothing: the report is kept, with a next step', async () => {
  const target = memoryTarget();
  target.releasing = async () => {
    throw new ExternalError('Error from server (Forbidden): leases is forbidden');
  };
  const notes: string[] = [];
  const onProgress: InstallOptions['onProgress'] = (event) => {
    if (event.type === 'note') notes.push(event.text);
  };
  expect(await install(options(target, { onProgress }))).toMatchObject({ outcome: 'applied', exitCode: 0 });
  expect(notes).toEqual([
    'the lock could not be removed (Error from server (Forbidden): leases is forbidden); ' +
      'the next run on this machine takes it at once, a run on another machine after 60 s',
  ]);
});

test('a .difyctl that is a symbolic link is refused by name, and its target stays as it is', async () => {
  const elsewhere = join(folder.path, 'elsewhere');
  await mkdir(elsewhere, { mode: 0o755 });
  await symlink(elsewhere, join(folder.path, '.difyctl'));
  const target = memoryTarget();
  const fault = { exitCode: 2, message: expect.stringContaining(`.difyctl is a symbolic link to ${elsewhere}`) };
  await expect(install(options(target))).rejects.toMatchObject(fault);
  await expect(applySecret({ ...options(target), agree: async () => true })).rejects.toMatchObject(fault);
  await expect(uninstall({ ...options(target), opened: prepared(), confirm: async () => true })).rejects.toMatchObject(
    fault,
  );
  expect(target.calls).toEqual([]);
  expect(await readdir(elsewhere)).toEqual([]);
  expect((await stat(elsewhere)).mode & 0o777).toBe(0o755);
});

describe('a revision', () => {
  test('is closed with the failure, and the report says so: exit 4', async () => {
    const target = memoryTarget();
    const failures = [{ workload: 'dify-api', reason: 'CrashLoopBackOff', logs: ['boom'], events: [] }];
    target.applying = async () => ({
      outcome: 'failed',
      summary: 'api did not become ready',
      failures,
      releaseRevision: 1,
      state: 'left as it is',
      isApplied: true,
    });
    expect(await install(options(target))).toMatchObject({ outcome: 'failed', exitCode: 4, failure: { failures } });
    expect(target.kept.get(1)).toMatchObject({
      phase: 'closed',
      outcome: 'failed',
      detail: 'api did not become ready',
    });
    expect(target.calls.at(-1)).toBe('release');
  });

  test.each([
    ['is rolled back', true, { outcome: 'rolled-back', releaseRevision: 2, failure: { state: 'back at revision 1' } }],
    ['is left if nothing was applied', false, { outcome: 'failed', failure: { state: 'left as it is' } }],
  ])('of an atomic install that fails %s', async (_title, isApplied, expected) => {
    const target = memoryTarget();
    target.applying = async () => ({
      ...{ outcome: 'failed', summary: 'api did not become ready', failures: [], releaseRevision: 1 },
      ...{ state: 'left as it is', isApplied },
    });
    expect(await install(options(target, { atomic: true }))).toMatchObject({ exitCode: 4, ...expected });
    expect(target.calls.includes('rollback')).toBe(isApplied);
    expect(target.kept.get(1)).toMatchObject({ outcome: expected.outcome, operation: 'install' });
  });

  test('that failed or was interrupted is resumed, and no new one is created', async () => {
    const target = memoryTarget();
    target.applying = async () => {
      throw new Interrupted('helm was interrupted');
    };
    const cut = install(options(target));
    await expect(cut).rejects.toMatchObject({
      exitCode: 130,
      message: expect.stringContaining('the release is deployed, revision 1'),
    });
    expect(target.kept.get(1)).toMatchObject({ outcome: 'interrupted' });
    target.plans = [[]];
    target.applying = async () => ({ outcome: 'unchanged', releaseRevision: 1 });
    const next = await install(options(target));
    expect(next).toMatchObject({ revision: 1, exitCode: 0 });
    expect([...target.kept.values()].map(({ outcome }) => outcome)).toEqual(['applied']);
  });

  test('left open with another set is closed as interrupted, and a new one starts', async () => {
    const target = memoryTarget();
    target.applying = async () => {
      throw new ExternalError('the cluster went away');
    };
    await expect(install(options(target))).rejects.toThrow('the cluster went away');
    const [first] = target.kept.values();
    if (first !== undefined) target.kept.set(1, { ...first, phase: 'apply', outcome: 'open' });
    target.applying = async () => ({ outcome: 'applied', releaseRevision: 2 });
    const whole = prepared();
    const files = [{ path: 'values.yaml', content: 'a: 2\n', mode: 0o644 as const }];
    const changed = { ...whole, rendered: withFiles(whole, files) };
    expect(await install(options(target, { prepared: changed }))).toMatchObject({ revision: 2 });
    expect([...target.kept.values()].map(({ outcome }) => outcome)).toEqual(['interrupted', 'applied']);
  });

  test('is deleted after ten newer ones', async () => {
    const target = memoryTarget();
    for (let at = 1; at <= 12; at += 1) {
      const whole = prepared();
      const files = [{ path: 'values.yaml', content: `a: ${at}\n`, mode: 0o644 as const }];
      await install(
        options(target, {
          prepared: { ...whole, rendered: withFiles(whole, files) },
        }),
      );
    }
    expect([...target.kept.keys()]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });
});

test('a name that was installed elsewhere is refused before any change', async () => {
  const target = await installed();
  target.locate = async () => ({
    target: 'kubernetes',
    identity: { uid: 'other', endpoint: 'e', within: 'dify' },
    facts: [],
  });
  await expect(install(options(target))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('another place'),
  });
  expect(target.calls).toEqual([]);
});

describe('an uninstall', () => {
  const WEB_GOES = { action: 'delete', kind: 'Deployment', name: 'dify-web' } as const;
  const removing = (target: MemoryTarget, answers: readonly boolean[] = [true, true]) => {
    const asked: string[] = [];
    const confirm: UninstallOptions['confirm'] = async ({ removal }, again) => {
      asked.push(`${again ? 'again' : 'first'}: ${removal.map(({ kind, name }) => `${kind} ${name}`).join(', ')}`);
      return answers[asked.length - 1] ?? false;
    };
    return { asked, done: uninstall({ ...options(target), opened: prepared(), confirm }) };
  };

  test('shows what it deletes, then works under the lock', async () => {
    const target = await installed();
    const { asked, done } = removing(target);
    expect(await done).toMatchObject({ kept: ['claim dify'], removal: [WEB_GOES] });
    expect(asked).toEqual(['first: Deployment dify-web']);
    expect(target.calls).toEqual(['lock', 'recover', 'remove', 'revision 1 closed removed', 'release']);
  });

  test('that would delete more than was shown asks again, and the answer no changes nothing', async () => {
    const target = await installed();
    target.removals = [[WEB_GOES], [WEB_GOES, { ...WEB_GOES, name: 'other' }]];
    const { asked, done } = removing(target, [true, false]);
    await expect(done).rejects.toMatchObject({ exitCode: 130 });
    expect(asked).toEqual(['first: Deployment dify-web', 'again: Deployment dify-web, Deployment other']);
    expect(target.calls).toEqual(['lock', 'recover', 'release']);
  });
});

describe('a revision that cannot be read', () => {
  const DAMAGED = {
    number: 2,
    where: 'Secret difyctl-dify-revision-2',
    reason: 'revision.json.gz is not valid gzip',
    setAside: 'kubectl … delete secret difyctl-dify-revision-2',
  };
  const NEWER = { ...DAMAGED, reason: 'outcome "promoted" is unknown', newer: '9.9.9' };

  test.each([
    ['damaged', DAMAGED, 'a revision of this installation cannot be read, so nothing was changed', DAMAGED.setAside],
    [
      'of a newer difyctl',
      NEWER,
      'this installation was last changed by difyctl 9.9.9, so nothing was changed',
      'use difyctl 9.9.9 or newer',
    ],
  ])(
    '%s stops install, secrets apply and uninstall before any change, by name and with a next step',
    async (...row) => {
      const [, unreadable, message, next] = row;
      const target = await installed();
      target.unreadable = [unreadable];
      const fault = {
        exitCode: 2,
        message,
        problems: [{ path: 'revision 2', message: `${unreadable.where}: ${unreadable.reason}` }],
        next: expect.arrayContaining([next]),
      };
      await expect(install(options(target))).rejects.toMatchObject(fault);
      await expect(applySecret({ ...options(target), agree: async () => true })).rejects.toMatchObject(fault);
      await expect(
        uninstall({ ...options(target), opened: prepared(), confirm: async () => true }),
      ).rejects.toMatchObject(fault);
      expect(target.calls).toEqual([]);
    },
  );

  test('does not stop a dry run, which plans with the revisions that can be read', async () => {
    const target = await installed();
    target.unreadable = [DAMAGED];
    expect(await install(options(target, { dryRun: true }))).toMatchObject({ outcome: 'dry-run' });
  });

  test('that appears while an install runs is not pruned, nor are the Secrets that it may name', async () => {
    const target = memoryTarget();
    target.applying = async () => {
      target.unreadable = [DAMAGED];
      return { outcome: 'applied', releaseRevision: 1 };
    };
    expect(await install(options(target))).toMatchObject({ outcome: 'applied' });
    expect(target.calls.filter((call) => /prune|remove/.test(call))).toEqual([]);
  });
});

describe.each([
  ['an unknown outcome', '{"kind":"Revision","outcome":"promoted"}'],
  ['an unknown version', '{"kind":"Revision","version":2}'],
  ['damage', '{"kind":"Rev'],
])('beside .env, a revision with %s that appears while an install runs', (_, text) => {
  test('keeps every revision: nothing is pruned', async () => {
    const stack = join(folder.path, 'stack');
    const target = { ...memoryTarget(), revisions: revisionFolder(stack) };
    for (let run = 1; run <= 10; run += 1) await install(options(target));
    target.applying = async () => {
      await writeFile(join(stack, '99.json'), text);
      return { outcome: 'applied', releaseRevision: 11 };
    };
    const apply: MemoryTarget['apply'] = (rendered, given) => target.applying(rendered, given);
    await install(options({ ...target, apply }));
    const numbers = Array.from({ length: 11 }, (_, index) => `${index + 1}.json`);
    expect((await readdir(stack)).sort()).toEqual([...numbers, '99.json'].sort());
    expect(await readFile(join(stack, '99.json'), 'utf8')).toBe(text);
    await rm(join(stack, '99.json'));
    await install(options({ ...target, applying: async () => ({ outcome: 'applied', releaseRevision: 12 }) }));
    expect(await readdir(stack)).toHaveLength(10);
  });
});

test('an install does not delete foreign objects that the release names', async () => {
  const target = memoryTarget();
  const plan = target.plan;
  target.plan = async (...given) => ({ ...(await plan(...given)), foreign: ['ClusterRole admin'] });
  await expect(install(options(target))).rejects.toMatchObject({
    exitCode: 2,
    problems: [{ path: 'ClusterRole admin', message: expect.any(String) }],
  });
  expect(target.calls).toEqual(['plan', 'show']);
});
