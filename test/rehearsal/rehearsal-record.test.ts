import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIFYCTL_VERSION } from '../../src/base/version.ts';
import {
  newestRehearsal,
  type RehearsalRecord,
  readRehearsals,
  recordOf,
  storeRehearsal,
} from '../../src/rehearsal/rehearsal-record.ts';
import { renderedSetDigest } from '../../src/rehearsal/rendered-set.ts';
import type { ComponentOutcome, RehearsalReport } from '../../src/rehearsal/report.ts';
import { statePaths } from '../../src/state/paths.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const paths = () => statePaths(folder.path, 'dify');

/** What a drill showed of the api. `readyAfter`: seconds, undefined if it never was ready. */
function ready(readyAfter: number | undefined): ComponentOutcome {
  const replicas = { replicas: 2, minimumReady: 1, promisedReady: 1 };
  return { component: 'api', status: 'pass', ...replicas, readyAfter, pending: [], reason: '' };
}

const REPORT: RehearsalReport = {
  ...{ deployment: 'dify', tier: 'prod', renderedSet: 'set-1', zoneByNode: { 'sim-1': 'a' }, limits: [], seconds: 12 },
  shape: { source: 'cluster', digest: 'shape-1', nodes: 6, zones: 3, kubernetes: '1.36.3' },
  summary: { pass: 1, warn: 0, fail: 1, skip: 0 },
  published: [],
  drills: [
    {
      ...{ kind: 'node-loss', subject: 'sim-1', status: 'fail', message: 'api: no node', remedy: 'add nodes' },
      ...{ seconds: 1, components: [ready(9), ready(undefined)] },
    },
    {
      ...{ kind: 'node-loss', subject: 'sim-2', status: 'pass', message: 'ready again', remedy: '' },
      ...{ seconds: 1, components: [ready(14)] },
    },
  ],
};

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 22, 12, minute));
const record = (minute: number, changes: Partial<RehearsalRecord> = {}): RehearsalRecord => ({
  ...recordOf(REPORT, ['node-loss'], at(minute)),
  ...changes,
});
const times = async (): Promise<readonly string[]> =>
  (await readRehearsals(paths())).records.map(({ record: { at: time } }) => time.slice(14, 16));

describe('the record of a rehearsal', () => {
  it('has its kind and version, the verdict, the shape, the failed drills and the longest times', () => {
    expect(record(0)).toEqual({
      ...{ kind: 'RehearsalRecord', version: 1, difyctl: DIFYCTL_VERSION, deployment: 'dify' },
      ...{ at: '2026-11-22T12:00:00.000Z', renderedSet: 'set-1', kinds: ['node-loss'] },
      shape: REPORT.shape,
      summary: REPORT.summary,
      failures: [{ kind: 'node-loss', subject: 'sim-1', message: 'api: no node' }],
      times: [{ kind: 'node-loss', seconds: 14 }],
    });
  });

  it('replaces the last one of the same rendered set, shape and drills', async () => {
    await storeRehearsal(paths(), record(0));
    await storeRehearsal(paths(), record(1));
    expect(await times()).toEqual(['01']);
    await storeRehearsal(paths(), record(2, { renderedSet: 'set-2' }));
    await storeRehearsal(paths(), record(3, { shape: { ...REPORT.shape, digest: 'shape-2' } }));
    await storeRehearsal(paths(), record(4, { kinds: ['spread'] }));
    expect(await times()).toEqual(['04', '03', '02', '01']);
  });

  it('is one of the newest twenty', async () => {
    for (let minute = 10; minute < 32; minute += 1) {
      await storeRehearsal(paths(), record(minute, { renderedSet: `set-${minute}` }));
    }
    expect((await times()).toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 12)));
  });

  it('keeps the fields of a newer difyctl', async () => {
    await storeRehearsal(paths(), { ...record(0), added: 'later' });
    expect((await readRehearsals(paths())).records[0]?.record).toMatchObject({ added: 'later' });
  });

  it.each([
    ['{"kind":"RehearsalRecord","version":2,"difyctl":"9.9.9"}', 'difyctl 9.9.9 or newer can read it'],
    ['{}', 'it is not a document of kind RehearsalRecord'],
  ])('is not replaced if it is %s', async (text, reason) => {
    await storeRehearsal(paths(), record(0));
    const [name = ''] = await readdir(paths().rehearsals);
    const file = join(paths().rehearsals, name);
    await writeFile(file, text);
    expect(await readRehearsals(paths())).toEqual({ records: [], unreadable: [{ file, reason }] });
    await expect(storeRehearsal(paths(), record(1))).rejects.toThrow(`so it was not replaced: ${reason}`);
  });

  it('is not written through a link', async () => {
    await mkdir(paths().deployment, { recursive: true });
    await symlink('/tmp', paths().rehearsals);
    await expect(storeRehearsal(paths(), record(0))).rejects.toThrow('is a symbolic link');
  });
});

describe('the rehearsal that status shows', () => {
  const stored = (...records: readonly RehearsalRecord[]) => ({
    records: records.map((one) => ({ file: '', record: one })),
  });
  const old = record(1);
  const newer = record(2, { renderedSet: 'set-2' });

  it.each([
    ['the newest of the installed set', 'set-1', old],
    ['the newest of another set, if there is none', 'set-3', newer],
    ['the newest of all, if nothing is installed', undefined, newer],
  ])('is %s', (_, installed, expected) => {
    expect(newestRehearsal(stored(newer, old), installed)).toBe(expected);
  });

  it('is that of the cluster, also if nodes by flags were rehearsed later', () => {
    const byFlags = record(3, { shape: { ...old.shape, source: 'flags', digest: 'shape-2' } });
    expect(newestRehearsal(stored(byFlags, newer, old), 'set-1')).toBe(old);
    expect(newestRehearsal(stored(byFlags, newer), 'set-1')).toBe(byFlags);
    const ofNodes = record(0, { shape: { ...old.shape, nodesDigest: 'nodes-1' } });
    expect(newestRehearsal(stored(byFlags, old, ofNodes), 'set-1', 'nodes-1')).toBe(ofNodes);
    expect(newestRehearsal(stored(byFlags, old, ofNodes), 'set-1', 'nodes-2')).toBe(old);
    expect(newestRehearsal(stored(byFlags, ofNodes, old), 'set-1', undefined)).toBe(ofNodes);
  });

  it('is undefined if there is none', () => {
    expect(newestRehearsal(stored(), 'set-1')).toBeUndefined();
  });
});

describe('the digest of a rendered set', () => {
  const set = {
    files: [{ path: 'values.yaml', content: 'secret: dify-difyctl-1a\nreplicas: 3\n' }],
    ...{ secretName: 'dify-difyctl-1a', chart: { name: 'dify', version: '0.38.0' } },
  };
  const other = (changes: Partial<typeof set>) => renderedSetDigest({ ...set, ...changes }) !== renderedSetDigest(set);
  const file = (content: string) => [{ path: 'values.yaml', content }];

  it.each([
    ['other secrets', { files: file('secret: dify-difyctl-2b\nreplicas: 3\n'), secretName: 'dify-difyctl-2b' }, false],
    ['another value', { files: file('secret: dify-difyctl-1a\nreplicas: 4\n') }, true],
    ['another chart', { chart: { name: 'dify', version: '0.39.0' } }, true],
  ])('with %s', (_, changes, expected) => expect(other(changes)).toBe(expected));
});
