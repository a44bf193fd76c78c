import type { InstallOptions } from '../../src/operations/options.ts';
import type { RenderedDeployment } from '../../src/operations/prepare.ts';
import type { Rendered } from '../../src/render/rendered.ts';
import { statePaths } from '../../src/state/paths.ts';
import { writeCache } from '../../src/state/secrets/cache.ts';
import { collectContext } from './check-runs.ts';
import { sampleDeployment } from './deployments.ts';
import type { MemoryTarget } from './memory-target.ts';
import { fakeSecrets } from './secrets.ts';

/** A check that passes on the sample, and that only a wrong log level fails. */
const ONLY = ['config.debug-logs'];

/** The sample of a production on Kubernetes, rendered, with its state in a folder. */
export function preparedIn(folder: string, over: Partial<RenderedDeployment> = {}): RenderedDeployment {
  const deployment = over.deployment ?? sampleDeployment('prod-kubernetes-s3-qdrant');
  const paths = statePaths(folder, deployment.name);
  const values = fakeSecrets(deployment);
  const generated = new Map([['secrets.secretKey', values.get('secrets.secretKey')]]);
  const { runner, kubeArgs } = collectContext();
  return {
    ...{ run: 'this-run', redact: (text: string) => text, protect: () => undefined, runner, kubeArgs },
    ...{ deployment, baseDirectory: folder, paths, chart: undefined, notes: [] },
    living: {
      where: 'namespace dify',
      read: async () => ({ data: {}, keys: {}, traces: [] }),
      kubernetesSecret: async () => ({ reason: '' }),
    },
    secrets: { ...values, generated, made: [], real: [], notes: [] },
    secretKeys: { 'secrets.secretKey': 'secrets.secretKey' },
    required: [],
    rendered: {
      ok: true,
      value: {
        target: 'kubernetes',
        files: [{ path: 'values.yaml', content: 'a: 1\n', mode: 0o644 }],
        values: { a: 1 },
        manifests: [],
        secret: { name: 'dify-difyctl-1', data: {} },
      },
    },
    keepSecrets: () => writeCache(paths, generated),
    dispose: async () => undefined,
    ...over,
  };
}

/** Returns the rendered set with other files. */
export function withFiles({ rendered }: RenderedDeployment, files: Rendered['files']): RenderedDeployment['rendered'] {
  return { ok: true, value: { ...rendered.value, files } };
}

/** The options of an install that is confirmed. */
export function installOptions(
  target: MemoryTarget,
  over: Partial<InstallOptions> & Pick<InstallOptions, 'prepared'>,
): InstallOptions {
  return {
    target,
    dryRun: false,
    atomic: false,
    timeoutMs: 1_000,
    only: ONLY,
    skip: [],
    from: 'local',
    deep: false,
    commits: true,
    rehearse: undefined,
    env: {},
    now: () => new Date('2026-11-22T12:00:00Z'),
    signal: new AbortController().signal,
    show: () => void target.calls.push('show'),
    confirm: async (_, again) => {
      target.calls.push(again ? 'ask again' : 'ask');
      return true;
    },
    onProgress: () => undefined,
    onCheckEvent: () => undefined,
    ...over,
  };
}
