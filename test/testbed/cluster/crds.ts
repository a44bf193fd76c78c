import { tmpdir } from 'node:os';
import path from 'node:path';

import { execa } from 'execa';

import { Unavailable } from '../provision/unavailable.ts';
import type { Cluster } from './cluster.ts';

/** CustomResourceDefinitions of a project, from its Go module. */
interface CrdSource {
  readonly module: string;
  readonly version: string;
  /** The checksum of the module, as in a go.sum. */
  readonly sum: string;
  readonly files: readonly string[];
}

/** Go's module proxy has them; this repository does not. */
const SOURCES = {
  gatewayApi: {
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.4.1',
    sum: 'h1:NPxFutNkKNa8UfLd2CMlEuhIPMQgDQ6DXNKG9sHbJU8=',
    files: ['gateways', 'httproutes'].map((kind) => `config/crd/standard/gateway.networking.k8s.io_${kind}.yaml`),
  },
  prometheusOperator: {
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.85.0',
    sum: 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=',
    files: ['example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml'],
  },
  keda: {
    module: 'github.com/kedacore/keda/v2',
    version: 'v2.21.0',
    sum: 'h1:R6z2HZvstK4RLUMxroNACzBj74xGxt3kG59b5Xc+Xps=',
    files: ['scaledobjects', 'triggerauthentications'].map((kind) => `config/crd/bases/keda.sh_${kind}.yaml`),
  },
  /** The last release that serves both v1 and v1beta1. */
  externalSecrets: {
    module: 'github.com/external-secrets/external-secrets',
    version: 'v0.16.2',
    sum: 'h1:iNY+gIgSyL5higXTfnz+hdPCaiB/43UiHLqE7HBpj68=',
    files: ['externalsecrets', 'secretstores', 'clustersecretstores'].map(
      (kind) => `config/crds/bases/external-secrets.io_${kind}.yaml`,
    ),
  },
} as const satisfies Readonly<Record<string, CrdSource>>;

export type CrdSourceName = keyof typeof SOURCES;

/** Applies the definitions, and waits until the API server serves them. Throws Unavailable without Go or its proxy. */
export async function installCrds(cluster: Cluster, names: readonly CrdSourceName[]): Promise<void> {
  for (const name of names) {
    const folder = await moduleFiles(SOURCES[name]);
    const files = SOURCES[name].files.flatMap((file) => ['-f', path.join(folder, file)]);
    // The largest has more bytes than an annotation may have, which a client-side apply would write.
    await cluster.kubectl(['apply', '--server-side', ...files]);
    await cluster.kubectl(['wait', '--for=condition=Established', '--timeout=60s', ...files]);
  }
}

/** Returns the folder of the module in Go's module cache. */
async function moduleFiles({ module, version, sum }: CrdSource): Promise<string> {
  const { stdout, failed, shortMessage } = await execa('go', ['mod', 'download', '-json', `${module}@${version}`], {
    // Outside any module: the version is the one of the argument.
    cwd: tmpdir(),
    env: { GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOWORK: 'off' },
    reject: false,
    stdin: 'ignore',
  });
  if (failed) throw new Unavailable(`Go cannot download ${module} ${version}: ${shortMessage}`);
  const { Dir: folder, Sum: found } = JSON.parse(stdout) as { readonly Dir: string; readonly Sum: string };
  if (found !== sum) throw new Error(`${module} ${version} has the checksum ${found}, expected ${sum}`);
  return folder;
}
