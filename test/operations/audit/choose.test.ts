import { describe, expect, it } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import { KubectlError, type RawGet } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { type AuditChoice, chooseInstallation } from '../../../src/operations/audit/choose.ts';

const NOTHING: AuditChoice = { release: undefined, namespace: undefined, project: undefined };

function release(name: string, namespace: string, image = 'registry.example/mirror/dify-api:1.16.1'): object {
  return {
    metadata: { name: `${name}-api`, namespace, labels: { 'app.kubernetes.io/instance': name } },
    spec: { template: { spec: { containers: [{ image }] } } },
  };
}

interface Places {
  /** Deployments of the cluster; an error if it does not answer. */
  readonly cluster: readonly object[] | 'forbidden' | 'unreachable';
  /** Lines of `docker ps`; undefined if there is no engine. */
  readonly engine: readonly string[] | undefined;
}

function context({ cluster, engine }: Places) {
  const reads: RawGet = async (path, hear) => {
    if (typeof cluster === 'string') {
      throw new KubectlError(new ExternalError('kubectl ended with exit code 1', { stderr: [cluster] }), cluster);
    }
    const namespace = /namespaces\/([^/]+)/.exec(path)?.[1];
    const items = cluster.filter((one) => namespace === undefined || JSON.stringify(one).includes(`"${namespace}"`));
    hear(Buffer.from(JSON.stringify({ items })));
  };
  const runner: Runner = {
    run: async () => {
      if (engine === undefined) throw new ExternalError('docker was not found on PATH');
      return { exitCode: 0, stdout: engine.join('\n'), stderr: '' };
    },
  };
  return { runner, reads, kubeArgs: [], signal: new AbortController().signal };
}

const choose = (choice: Partial<AuditChoice>, places: Places) =>
  chooseInstallation({ ...NOTHING, ...choice }, context(places));

describe('the installation of an audit', () => {
  it.each([
    ['the project of the flag', { project: 'ai' }, { cluster: [], engine: [] }, { target: 'compose', name: 'ai' }],
    [
      'the release of the flags',
      { release: 'dify', namespace: 'ai' },
      { cluster: 'unreachable', engine: undefined },
      { target: 'kubernetes', name: 'dify', namespace: 'ai' },
    ],
    [
      'the only release of that name',
      { release: 'dify' },
      { cluster: [release('dify', 'ai'), release('other', 'web')], engine: undefined },
      { target: 'kubernetes', name: 'dify', namespace: 'ai' },
    ],
    [
      'the only one in the cluster, whatever else runs there',
      {},
      { cluster: [release('dify', 'ai'), release('shop', 'shop', 'nginx:1')], engine: [] },
      { target: 'kubernetes', name: 'dify', namespace: 'ai' },
    ],
    [
      'the only one on the engine',
      {},
      { cluster: 'unreachable', engine: ['docker\tlanggenius/dify-api:1.16.1', 'docker\tredis:6', 'shop\tnginx:1'] },
      { target: 'compose', name: 'docker' },
    ],
  ] as const)('is %s', async (_, choice, places, expected) => {
    expect(await choose(choice, places)).toEqual(expected);
  });

  it.each([
    [
      'several are found',
      {},
      { cluster: [release('dify', 'ai'), release('dify', 'test')], engine: ['docker\tlanggenius/dify-api:1.16.1'] },
      '3 installations are found: release dify in namespace ai, release dify in namespace test, project docker',
      [
        'difyctl audit --release dify --namespace ai',
        'difyctl audit --release dify --namespace test',
        'difyctl audit --project docker',
      ],
    ],
    [
      'none is found',
      {},
      { cluster: 'forbidden', engine: undefined },
      'no installation of Dify is found (cluster: list deployments in all namespaces; engine: docker was not found on PATH)',
      ['difyctl audit --release NAME --namespace NAMESPACE', 'difyctl audit --project NAME'],
    ],
    [
      'the release may not be looked for',
      { release: 'dify' },
      { cluster: 'forbidden', engine: undefined },
      'the release cannot be looked for: list deployments in all namespaces',
      ['difyctl audit --release NAME --namespace NAMESPACE'],
    ],
    [
      'two namespaces have that release',
      { release: 'dify' },
      { cluster: [release('dify', 'ai'), release('dify', 'test')], engine: undefined },
      'release dify is in several namespaces: ai, test',
      ['difyctl audit --release dify --namespace NAMESPACE'],
    ],
    [
      'both flags are given',
      { release: 'dify', project: 'dify' },
      { cluster: [], engine: [] },
      '--release and --project exclude each other: a release is in a cluster, a project on an engine',
      ['difyctl audit --release NAME --namespace NAMESPACE', 'difyctl audit --project NAME'],
    ],
  ] as const)('is refused if %s', async (_, choice, places, message, next) => {
    await expect(choose(choice, places)).rejects.toMatchObject({ message, next, exitCode: 2 });
  });
});
