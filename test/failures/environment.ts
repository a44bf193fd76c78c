import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { createWorkspace, type TempWorkspace } from '../support/difyctl.ts';
import { type HealthyStores, startHealthyStores } from '../support/healthy-stores.ts';
import { composeProduction, kubernetesProduction } from '../support/productions.ts';
import type { Cluster } from '../testbed/cluster/cluster.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useSharedCluster, useTestbed } from '../testbed/fixtures.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';
import type { Environment } from './scenarios.ts';

/** The host that the production on one machine is reached by. */
const HOST = 'dify.example.test';

/** The values of the secret references of the broken deployments. */
const BROKEN_SECRETS = {
  WRONG_SECRET: 'wrong-secret-8d1f',
  SPACED_SECRET: "spaced secret with a ' in it",
  PUBLISHED_SECRET: 'difyai123456',
};

/** Healthy deployments with all services that they need, and a folder from which difyctl judges them. */
export function useEnvironment(): { readonly world: Environment; readonly place: TempWorkspace } {
  const testbed = useSharedCluster();
  const docker = useSharedDockerHost(composeImages());
  const stores = useTestbed(startHealthyStores, (made) => made.stop());
  let made: { readonly world: Environment; readonly place: TempWorkspace } | undefined;
  beforeAll(async () => {
    const place = await createWorkspace(
      {},
      {
        ...docker.docker.env,
        ...stores.get().env,
        ...BROKEN_SECRETS,
        PATH: `${await testbed.cluster.binFolder(4)}:${docker.docker.bin}:/usr/bin:/bin`,
        HOME: testbed.cluster.folder,
        KUBECONFIG: testbed.cluster.kubeconfig,
      },
    );
    made = { place, world: await buildWorld(place.folder, testbed.cluster, stores.get()) };
  });
  afterAll(() => made?.place.remove());
  const get = () => {
    if (made === undefined) throw new Error('the world is there only while its tests run');
    return made;
  };
  return {
    get world() {
      return get().world;
    },
    get place() {
      return get().place;
    },
  };
}

async function buildWorld(folder: string, cluster: Cluster, stores: HealthyStores): Promise<Environment> {
  await prepareCluster(folder, cluster, stores);
  await leaveStrangers(folder);
  const { certFile, keyFile } = await certificateIn(folder, 'public', HOST, stores.authority);
  await chmod(keyFile, 0o600);
  const [httpPort = 0, httpsPort = 0, bundledPort = 0, bundledHttps = 0] = await freePorts(4, new Set());
  const directory = join(folder, 'dify');
  const bundledFolder = join(folder, 'bundled');
  return {
    stores,
    cluster,
    kubernetes: kubernetesProduction(stores, cluster.context),
    compose: composeProduction(stores, { directory, httpPort, httpsPort, host: HOST, tls: { certFile, keyFile } }),
    bundled: {
      apiVersion: 'difyctl/v1',
      name: 'bundled',
      tier: 'test',
      target: { type: 'compose', directory: bundledFolder, httpPort: bundledPort, httpsPort: bundledHttps },
    },
    bundledFolder,
  };
}

/** The objects that the production needs in its cluster: its namespace, a certificate, an ingress class. */
async function prepareCluster(folder: string, cluster: Cluster, stores: HealthyStores): Promise<void> {
  const { certFile, keyFile } = await certificateIn(folder, 'ingress', 'dify.example.com', stores.authority);
  const files = [`--cert=${certFile}`, `--key=${keyFile}`];
  await cluster.kubectl(['create', 'namespace', 'dify']);
  await cluster.kubectl(['create', 'secret', 'tls', 'dify-tls', '-n', 'dify', ...files]);
  await cluster.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  });
}

async function certificateIn(folder: string, name: string, host: string, by?: Certificate): Promise<Certificate> {
  const own = join(folder, name);
  await mkdir(own);
  return makeCertificate(own, [host], by === undefined ? {} : { by });
}

/** Valid files that belong to another user. */
async function leaveStrangers(folder: string): Promise<void> {
  const { caFile, certFile, keyFile } = await certificateIn(folder, 'stranger', 'stranger.example');
  await copyFile(caFile, join(folder, 'other-ca.pem'));
  await copyFile(certFile, join(folder, 'other-cert.pem'));
  await copyFile(keyFile, join(folder, 'other-key.pem'));
}
