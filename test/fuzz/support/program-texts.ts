import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { ExternalError, UserError } from '../../../src/base/errors.ts';
import { parseContainers } from '../../../src/evidence/app/compose-workloads.ts';
import { liveContainers } from '../../../src/evidence/drift/compose/containers.ts';
import { CollectionError } from '../../../src/evidence/evidence.ts';
import { hostEngineCollector } from '../../../src/evidence/host/engine.ts';
import { documentsOf } from '../../../src/evidence/rendered/documents.ts';
import { toolCollectors } from '../../../src/evidence/tools.ts';
import { jsonAnswer, jsonLines } from '../../../src/exec/answer.ts';
import { docker } from '../../../src/exec/docker.ts';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import { dryRun } from '../../../src/exec/kubectl-dry-run.ts';
import { explainingMissingContext } from '../../../src/exec/missing-context.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { readChartFacts } from '../../../src/operations/chart-facts.ts';
import { chartPullError } from '../../../src/operations/chart-pull-error.ts';
import { readContainers } from '../../../src/targets/compose/containers.ts';
import { parseManifest } from '../../../src/targets/kubernetes/objects.ts';
import { collectContext } from '../../support/check-runs.ts';
import type { ParserTarget } from './parsers.ts';

const signal = new AbortController().signal;
const release = { name: 'dify', namespace: 'dify' };
const texts = (...list: readonly string[]) => list.map((text) => Buffer.from(text));
const isExternal = (error: unknown) => error instanceof ExternalError;

/** A program that ends well and prints this. */
const printing = (stdout: string, stderr = ''): Runner => ({ run: async () => ({ exitCode: 0, stdout, stderr }) });

/** A program that fails and says this. */
const failing = (said: string): Runner => ({
  run: (program) => {
    const stderr = said.split('\n').slice(-12);
    return Promise.reject(new ExternalError(`${program} ended with exit code 1`, { stderr }));
  },
});

const CONTAINER = JSON.stringify({
  labels: { 'com.docker.compose.service': 'api', 'com.docker.compose.project.working_dir': '/srv/dify' },
  fields: {
    ...{ id: 'a1b2', name: '/dify-api-1', restarts: 1, image: 'langgenius/dify-api:1.16.1', env: ['A=b', 'C=d=e'] },
    state: { Status: 'running', StartedAt: '2026-11-22T12:00:00.123Z', Health: { Status: 'healthy', Log: [] } },
    host: { Memory: 1073741824, CpuShares: 512, RestartPolicy: { Name: 'always' } },
    networks: { dify_default: {} },
  },
});
const PS = '{"ID":"a1b2","Service":"api","Image":"langgenius/dify-api:1.16.1","State":"running","Health":"healthy"}';
const INFO = JSON.stringify({
  ...{ ServerVersion: '29.1.2', Name: 'host', NCPU: 4, MemTotal: 8e9, SystemTime: '2026-11-22T12:00:00Z' },
  ...{ DockerRootDir: '/var/lib/docker', SecurityOptions: ['name=seccomp,profile=builtin'] },
  RegistryConfig: { Mirrors: [], IndexConfigs: { 'docker.io': { Secure: true } } },
});
const HISTORY =
  '[{"revision":1,"updated":"2026-11-22T12:00:00Z","status":"deployed","chart":"dify-0.38.0","app_version":"1.16.1"}]';
/** What programs say of a failure. */
const FAILURES = texts(
  'Error: context "prod" does not exist\n',
  'Error: INSTALLATION FAILED: chart "dify" version "9" not found in https://charts.example.test repository\n',
  'Error from server (Forbidden): secrets is forbidden: User "dev" cannot list resource "secrets"\n',
  'Unable to connect to the server: dial tcp: lookup k8s.example.test on 10.0.0.2:53: no such host\n',
  'E1128 12:00:00.000000 1 memcache.go:265] "Unhandled Error" err="x509: certificate signed by unknown authority"\n',
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n',
  "unknown shorthand flag: 'a' in -a\nUsage:  docker [OPTIONS] COMMAND\n",
);
const REFUSALS = texts(
  'Error from server (Forbidden): error when creating "STDIN": admission webhook "policy.example.test" denied the request: no\n',
  'The Deployment "api" is invalid: spec.replicas: Invalid value: -1: must not be negative\nWarning: deprecated\n',
  'deployment.apps/api\nError from server (AlreadyExists): services "api" already exists\n',
);
const MANIFEST = texts(
  'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n  labels: {a: "b", c: [d, e]}\nspec:\n  text: |\n    a\n---\n# Source: b\n',
  'apiVersion: v1\nkind: ConfigMap\nmetadata: &a\n  name: env\ndata:\n  <<: *a\n  A: !!str 1\n  ? b\n  : >-\n   folded\n',
);
const CHART = texts(
  'apiVersion: v2\nname: dify\nversion: 0.38.0\nappVersion: "1.16.1"\ndependencies:\n- name: redis\n  condition: a.b\n',
  'api: &api\n  replicas: 1\n  env: [{name: A, value: "b"}]\nworker:\n  <<: *api\n  image: {tag: 1.0}\n',
  '{"$schema":"https://json-schema.org/draft-07/schema#","type":"object","properties":{"api":{"type":"object"}}}',
);

/** Text that programs print, and that charts hold. */
export function programTargets(): readonly ParserTarget[] {
  const target = (
    name: string,
    samples: readonly Buffer[],
    read: (text: string) => unknown,
    foreseen: ParserTarget['foreseen'] = isExternal,
  ): ParserTarget => ({ name, samples, foreseen, read: async (bytes) => void (await read(bytes.toString())) });
  const project = { name: 'dify', directory: '/srv/dify' };
  const connection = (text: string) => ({
    ...{ docker: docker(printing(text)), project, now: () => 0 },
    redact: (plain: string) => plain,
  });
  const asked = [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } }];
  const byProcess = { resourceOf: () => undefined, ask: undefined };
  const how = { verb: 'create', namespace: 'dify', strict: true, ...byProcess } as const;
  const question = { ...how, objects: asked, signal, timeoutMs: 1 };
  return [
    target('JSON of a program', texts(HISTORY, PS), (text) => jsonAnswer(text, 'kubectl get')),
    target('JSON lines of a program', texts(`${PS}\n${PS}\n`), (text) => jsonLines(text, 'docker ps')),
    target('refusals of kubectl', REFUSALS, (text) => dryRun(printing(text, text), [], question)),
    target('helm history', texts(HISTORY), (text) => helm(printing(text), []).history(release)),
    target('helm version', texts('v3.19.0+g3d8990f'), (text) => helm(printing(text), []).version()),
    target('docker inspect', texts(CONTAINER), (text) => readContainers(connection(text), signal)),
    target('docker inspect for drift', texts(CONTAINER), (text) => liveContainers(docker(printing(text)), 'a', signal)),
    target('docker compose ps', texts(PS, `[${PS}]`), parseContainers),
    target(
      'docker info',
      texts(INFO),
      (text) => hostEngineCollector.collect(collectContext({ runner: printing(text), env: {} }), never),
      (error) => isExternal(error) || error instanceof CollectionError,
    ),
    target('versions of programs', texts('v1.34.2\n', '{"clientVersion":{"gitVersion":"v1.34.2"}}'), (text) =>
      Promise.all(toolCollectors.map((one) => one.collect(collectContext({ runner: printing(text) }), never))),
    ),
    target('failures of helm', FAILURES, (text) =>
      helm(explainingMissingContext(failing(text), []), []).manifest(release, 1),
    ),
    target('failures of kubectl', FAILURES, (text) => kubectl(failing(text), []).run(['get', 'pods'])),
    target('failures of docker', FAILURES, (text) => docker(failing(text)).run(['info'])),
    target('failures of helm pull', FAILURES, async (text) => {
      const error = new ExternalError('helm ended with exit code 1', { stderr: text.split('\n').slice(-12) });
      chartPullError({ repo: 'https://charts.example.test', name: 'dify', version: '9' }, error);
      chartPullError({ oci: 'oci://charts.example.test/dify' }, error);
    }),
    target('manifest of a release', MANIFEST, documentsOf),
    target('manifest of a chart', MANIFEST, parseManifest),
    chartTarget(),
  ];
}

const never = () => Promise.reject(new Error('a collector that is tried alone needs nothing'));

/** Each sample replaces one of the files of a chart; the others are valid. */
function chartTarget(): ParserTarget {
  const folder = mkdtempSync(join(tmpdir(), 'difyctl-fuzz-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'chart'));
  const write = (name: string, bytes: Buffer | undefined) => writeFileSync(join(folder, 'chart', name), bytes ?? '');
  return {
    name: 'facts of a chart',
    samples: CHART,
    read: async (bytes) => {
      ['Chart.yaml', 'values.yaml', 'values.schema.json'].forEach((name, index) => {
        write(name, bytes.length % 3 === index ? bytes : CHART[index]);
      });
      await readChartFacts(join(folder, 'chart'));
    },
    foreseen: (error) => error instanceof UserError,
  };
}
