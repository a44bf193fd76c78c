import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  deploymentOrigin,
  doubtsOf,
  type EvidenceOriginFacts,
  readOrigin,
  saveOrigin,
} from '../../src/evidence/saved-origin.ts';
import { sampleDeployment } from '../support/deployments.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-origin-'));
});
afterAll(() => rm(folder, { recursive: true }));

const dify = sampleDeployment('prod-kubernetes-s3-qdrant');
const other = { ...dify, name: 'other' };
const cluster = { uid: 'uid-1', server: 'https://one:6443', ca: 'ca-1' };
const here: EvidenceOriginFacts = { deployment: deploymentOrigin(dify), cluster };
const { uid: _, ...unread } = cluster;

it.each<[string, EvidenceOriginFacts | undefined, EvidenceOriginFacts, readonly RegExp[]]>([
  ['the same place', here, here, []],
  ['collected without a file', { deployment: undefined, cluster }, here, []],
  [
    'by another address of the same cluster',
    { ...here, cluster: { ...cluster, server: 'https://two:6443' } },
    here,
    [],
  ],
  ['where the uid may not be read, at the same server', here, { ...here, cluster: unread }, []],
  [
    'where the uid may not be read, with the same authority',
    here,
    { ...here, cluster: { ...unread, server: 'https://two' } },
    [],
  ],
  [
    'where the uid may not be read, elsewhere',
    here,
    { ...here, cluster: { ...unread, server: 'https://two', ca: '' } },
    [/was collected at https:\/\/one:6443, but this server is https:\/\/two/],
  ],
  ['a cluster that does not answer', here, { ...here, cluster: undefined }, []],
  [
    'a file that was changed since',
    { ...here, deployment: deploymentOrigin({ ...dify, version: '1.15.0' }) },
    here,
    [/before the file of dify was changed/],
  ],
  ['nothing said', undefined, here, [/does not say where it was collected/]],
])('%s', (_, saved, now, doubts) => {
  expect(doubtsOf(saved, now, 'DIR')).toEqual(doubts.map((words) => expect.stringMatching(words)));
});

it.each<[string, EvidenceOriginFacts, RegExp]>([
  [
    'another deployment',
    { ...here, deployment: deploymentOrigin(other) },
    /DIR was collected for other, but this deployment is dify/,
  ],
  [
    'another cluster',
    { cluster: { ...cluster, uid: 'uid-2' }, deployment: undefined },
    /was collected in another cluster/,
  ],
])('%s is refused', (_, saved, words) => {
  expect(() => doubtsOf(saved, here, 'DIR')).toThrow(words);
});

it('is read as it was written; a missing one is undefined, and an invalid one is refused by name', async () => {
  expect(await readOrigin(folder)).toBeUndefined();
  await saveOrigin(folder, here);
  expect(await readOrigin(folder)).toEqual(here);
  await writeFile(join(folder, 'origin.json'), '{"kind": "Evidence"}');
  await expect(readOrigin(folder)).rejects.toThrow(/origin\.json does not say/);
});

it('of a newer difyctl is refused by name, and one with more fields is read', async () => {
  const path = join(folder, 'origin.json');
  const head = { apiVersion: 'difyctl/v1', kind: 'EvidenceOrigin', difyctl: '9.9.9', ...here, region: 'eu' };
  await writeFile(path, JSON.stringify({ ...head, version: 1 }));
  expect(await readOrigin(folder)).toEqual(here);
  await writeFile(path, JSON.stringify({ ...head, version: 2 }));
  await expect(readOrigin(folder)).rejects.toMatchObject({
    exitCode: 2,
    message: `${path} was written by a newer difyctl: it has version 2, and this difyctl reads up to 1`,
    next: ['use difyctl 9.9.9 or newer'],
  });
});
