import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RehearsalRecord } from '../../src/rehearsal/rehearsal-record.ts';
import { runbookHtml } from '../../src/report/html/runbook.ts';
import { runbookChapters } from '../../src/runbook/runbook.ts';
import { drillRecordOf, FAILED_DRILL } from '../support/drill-record.ts';
import { expectGolden } from '../support/golden.ts';
import { bundledWithSets, composeWithSets, managedKubernetes, runbookOf } from '../support/runbooks.ts';

const REHEARSAL: RehearsalRecord = {
  ...({ kind: 'RehearsalRecord', version: 1, difyctl: 'source', deployment: 'dify' } as const),
  at: '2026-11-20T09:00:00.000Z',
  renderedSet: 'a1',
  shape: { source: 'cluster', digest: 'b2', nodes: 6, zones: 3, kubernetes: 'v1.36.3' },
  kinds: ['node-loss', 'zone-loss'],
  summary: { pass: 9, warn: 0, fail: 0, skip: 0 },
  failures: [],
  times: [
    { kind: 'node-loss', seconds: 14 },
    { kind: 'zone-loss', seconds: 31 },
  ],
};

test('the runbook of a production on Kubernetes with managed services is the same text each time', () =>
  expectGolden(join(import.meta.dirname, 'golden', 'kubernetes'), [
    {
      path: 'runbook.md',
      content: runbookOf(managedKubernetes(), { file: 'prod.yaml', drill: drillRecordOf(), rehearsal: REHEARSAL }),
    },
  ]));

test('the runbook of a production on one host is the same text each time', () =>
  expectGolden(join(import.meta.dirname, 'golden', 'compose'), [
    { path: 'runbook.md', content: runbookOf(composeWithSets(), { drill: FAILED_DRILL }) },
  ]));

test('the runbook of a test on one host is the same text and the same page each time', () => {
  const text = runbookOf(bundledWithSets());
  return expectGolden(join(import.meta.dirname, 'golden', 'bundled'), [
    { path: 'runbook.md', content: text },
    { path: 'runbook.html', content: runbookHtml('dify', text) },
  ]);
});

test('every link of a runbook leads to a chapter, on the page too', () => {
  const text = runbookOf(managedKubernetes());
  const ids = runbookChapters(text).map(({ id }) => id);
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
  const page = runbookHtml('dify', text);
  const anchors = [...page.matchAll(/<h2 id="([^"]+)">/g)].map(([, id]) => id);
  expect(anchors).toEqual(ids);
  const onPage = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(onPage.filter((id) => !anchors.includes(id ?? ''))).toEqual([]);
});

test('the runbook of a standby region says how to promote it, and the way back', () => {
  const { recovery, ...rest } = managedKubernetes();
  const primary = { name: 'dify', urls: ['https://dify.eu.example.com'] };
  const standby = { backups: 'bucket b', images: 'registry.example.com', secrets: 'vault', dns: undefined };
  const topology = { ...recovery?.topology, zones: 3, region: 'standby', standby, primary } as const;
  const chapters = (topologyOf: object) =>
    runbookChapters(
      runbookOf({ ...rest, recovery: { ...recovery, topology: topologyOf } } as typeof rest, { file: 'standby.yaml' }),
    );
  const [own, ofPrimary] = [topology, { ...topology, primary: undefined }].map(
    (one) => chapters(one).find(({ id }) => id === 'promote-the-standby-region')?.text ?? '',
  );
  expect(own).toContain('difyctl promote -c standby.yaml --identity $IDENTITY\n');
  expect(own).toContain('(https://dify.eu.example.com)');
  expect(own).toContain('| DNS records | not named in the file |');
  expect(ofPrimary).toContain('difyctl promote -c $STANDBY_FILE --identity $IDENTITY\n');
  expect(chapters(topology).map(({ id }) => id)).toContain('demote-the-old-primary-and-the-way-back');
});
