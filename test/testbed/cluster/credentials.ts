import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The users of the static token file, and the groups that give each its rights. */
const users = {
  admin: { user: 'testbed-admin', groups: ['system:masters'] },
  controllerManager: { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  kwok: { user: 'testbed-kwok', groups: ['system:masters'] },
  kubelet: { user: 'system:node:real-1', groups: ['system:nodes'] },
  kubeProxy: { user: 'system:kube-proxy', groups: [] },
  coredns: { user: 'testbed-coredns', groups: ['system:masters'] },
} as const;

type UserName = keyof typeof users;
export type Tokens = Readonly<Record<UserName, string>>;

/** Paths of a testbed's credentials. */
export function credentialFiles(folder: string) {
  const pki = path.join(folder, 'pki');
  return {
    pki,
    tokens: path.join(pki, 'tokens.csv'),
    serviceAccountKey: path.join(pki, 'service-account.key'),
    serviceAccountPublicKey: path.join(pki, 'service-account.pub'),
    /**
     * Created by the API server on its first start (`--cert-dir`). Contains its certificate and the authority that
     * signed it.
     */
    serverCertificate: path.join(pki, 'apiserver.crt'),
    serverKey: path.join(pki, 'apiserver.key'),
  };
}

/** Creates the tokens and the key that signs service account tokens. */
export async function writeCredentials(folder: string): Promise<Tokens> {
  const files = credentialFiles(folder);
  const tokens = Object.fromEntries(
    Object.keys(users).map((name) => [name, randomBytes(24).toString('hex')]),
  ) as unknown as Tokens;
  const lines = Object.entries(users).map(
    ([name, { user, groups }]) => `${tokens[name as UserName]},${user},${name},"${groups.join(',')}"\n`,
  );
  await writeFile(files.tokens, lines.join(''), { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.serviceAccountPublicKey, publicKey.export({ type: 'spki', format: 'pem' }));
  return tokens;
}

export interface KubeconfigOptions {
  readonly file: string;
  readonly server: string;
  readonly caFile: string;
  readonly token: string;
  /** The name of cluster and context. */
  readonly context: string;
  readonly user: string;
  readonly namespace?: string;
}

/** Writes a kubeconfig (mode 0600) that verifies the server's certificate. The format is JSON, which is valid YAML. */
export async function writeKubeconfig(options: KubeconfigOptions): Promise<void> {
  const authority = (await readFile(options.caFile)).toString('base64');
  const namespace = options.namespace === undefined ? {} : { namespace: options.namespace };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': options.context,
    clusters: [{ name: options.context, cluster: { server: options.server, 'certificate-authority-data': authority } }],
    users: [{ name: options.user, user: { token: options.token } }],
    contexts: [{ name: options.context, context: { cluster: options.context, user: options.user, ...namespace } }],
  };
  await writeFile(options.file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
