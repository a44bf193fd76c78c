import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentText, printedDocument } from '../../src/base/document.ts';
import { rehearsalText } from '../../src/cli/output/rehearsal-text.ts';
import {
  type ComponentOutcome,
  type DrillResult,
  printedRehearsal,
  type RehearsalReport,
} from '../../src/rehearsal/report.ts';
import { rehearsalReportJsonSchema } from '../../src/rehearsal/report-schema.ts';
import { rehearsalHtml } from '../../src/report/html/rehearsal.ts';
import { runCli } from '../support/cli.ts';
import { createRecorder } from '../support/recorder.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-rehearse-'));
  await writeFile(join(folder, 'difyctl.yaml'), 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]) => runCli(['rehearse', ...args], { cwd: folder, env: { HOME: folder } });

describe('wrong usage', () => {
  it.each([
    [['--zones', '3'], '--zones needs --nodes'],
    [['--nodes', '6x8C32G', '--zones', '0'], '--zones 0: a number from 1 to 9'],
    [['--drills', 'node-los'], 'did you mean node-loss?'],
    [['--report', 'out.json'], 'ending must be .html'],
    [['--nodes', '6x8C32G'], 'a rehearsal needs a Kubernetes target'],
    [['--drills', 'two-node-los'], 'did you mean two-node-loss?'],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

it('install --rehearse on Compose is refused before the engine is asked', async () => {
  const recorder = await createRecorder({ docker: '/bin/false' });
  const env = { HOME: folder, PATH: `${recorder.folder}:/usr/bin:/bin` };
  const refused = await runCli(['install', '--rehearse', '--yes'], { cwd: folder, env });
  const calls = await recorder.calls();
  await recorder.remove();
  expect(refused).toEqual({
    code: 2,
    stdout: '',
    stderr: [
      '  x a rehearsal needs a Kubernetes target: Compose is one host, which has no scheduler',
      '     -> difyctl preflight',
      '  exit 2',
      '',
    ].join('\n'),
  });
  expect(calls).toEqual([]);
});

const outcome = (component: string, changes: Partial<ComponentOutcome> = {}): ComponentOutcome => ({
  ...{ component, status: 'pass', replicas: 3, minimumReady: 2, promisedReady: 1, readyAfter: 1.2, pending: [] },
  ...{ reason: '' },
  ...changes,
});

const drill = (kind: DrillResult['kind'], changes: Partial<DrillResult> = {}): DrillResult => ({
  ...{ kind, subject: 'all', status: 'pass', message: '', remedy: '', seconds: 1 },
  components: [outcome('api'), outcome('beat')],
  ...changes,
});

const REASON = '1 of 3 replicas pending: 0/5 nodes are available: 5 Insufficient memory';
const REPORT: RehearsalReport = {
  ...{ deployment: 'dify', tier: 'prod', seconds: 14.2, renderedSet: 'a1' },
  shape: { source: 'flags', digest: 'b2', nodes: 6, zones: 3, kubernetes: '1.36.3' },
  zoneByNode: { 'sim-1': 'a', 'sim-2': 'b' },
  summary: { pass: 2, warn: 0, fail: 1, skip: 1 },
  drills: [
    drill('schedule'),
    drill('spread'),
    drill('node-loss', { subject: 'sim-1' }),
    drill('node-loss', {
      ...{ subject: 'sim-2', status: 'fail', message: `api: ${REASON}`, remedy: 'add nodes' },
      components: [outcome('api', { status: 'fail', readyAfter: undefined, reason: REASON }), outcome('beat')],
    }),
    drill('autoscale-node-loss', { status: 'skip', message: 'no autoscaler', components: [] }),
  ],
  published: [{ name: 'detection', seconds: 50, appliesTo: 'every lost node', source: 'kubernetes.io' }],
  limits: ['No container runs.'],
};

const shown = (width: number): string => rehearsalText(REPORT, { color: false, unicode: true, width });

it('shows a table of components and drills', () => {
  expect(shown(100)).toBe(`  dify (prod): 6 nodes in 3 zones, from --nodes, Kubernetes 1.36.3

  component  schedule  spread  node-loss  autoscale-node-loss
  api        ✔         ✔       ✖          -
  beat       ✔         ✔       ✔          -
  all        ✔         ✔       ✖          -

  ✖ node-loss sim-2: api: 1 of 3 replicas pending: 0/5 nodes are available: 5 Insufficient memory
    → add nodes
  - autoscale-node-loss all: no autoscaler
  Slowest recovery by scheduler and controllers alone: 1.2 s. In a cluster, add:
    detection 50 s: every lost node
  No container runs.
  ✖ 2 pass, 0 warn, 1 fail, 1 skip in 14.2 s
`);
});

it('numbers the drills on a narrow screen', () => {
  expect(shown(40)).toBe(`  dify (prod): 6 nodes in 3 zones, from
  --nodes, Kubernetes 1.36.3

  1  schedule
  2  spread
  3  node-loss
  4  autoscale-node-loss
  component  1  2  3  4
  api        ✔  ✔  ✖  -
  beat       ✔  ✔  ✔  -
  all        ✔  ✔  ✖  -

  ✖ node-loss sim-2: api: 1 of 3
    replicas pending: 0/5 nodes are
    available: 5 Insufficient memory
    → add nodes
  - autoscale-node-loss all: no
    autoscaler
  Slowest recovery by scheduler and
  controllers alone: 1.2 s. In a
  cluster, add:
    detection 50 s: every lost node
  No container runs.
  ✖ 2 pass, 0 warn, 1 fail, 1 skip in
    14.2 s
`);
});

it('has a document that fits its published schema', () => {
  const document = printedDocument('RehearsalReport', new Date(0), printedRehearsal(REPORT));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(rehearsalReportJsonSchema());
  expect(validate(JSON.parse(documentText(document))), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...document, kind: 'CheckReport' })).toBe(false);
});

it('fits 60 columns', () => {
  for (const line of shown(60).split('\n')) expect(line.length).toBeLessThanOrEqual(60);
});

it('is a page with pictures, whose texts are escaped', () => {
  const placed = (node: string, ready: boolean) => [{ component: 'api', node, ready }];
  const placements = { before: placed('sim-1', true), during: placed('', false), after: placed('sim-2', true) };
  const [first, ...others] = REPORT.drills;
  const drills = first === undefined ? [] : [{ ...first, message: '<b>', placements }, ...others];
  const page = rehearsalHtml({ ...REPORT, drills });
  expect(page).toContain('<title>rehearsal of dify: 1 drill failed</title>');
  expect(page).toContain('<p>&lt;b&gt;</p>');
  expect(page.match(/<span class="pod">api<\/span>/g)).toHaveLength(2);
  expect(page).toContain('<strong>no node</strong>');
  expect(page).toContain('<span class="pod waits">api (not ready)</span>');
  expect(page).not.toMatch(/<script|https?:/);
});
