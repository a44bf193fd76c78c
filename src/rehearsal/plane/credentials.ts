import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A user of the API server's static token file. Its groups give it its rights. */
export interface PlaneUser {
  readonly user: string;
  readonly groups: readonly string[];
}

/** The users that every control plane needs. `owner` begins the names of those that are not Kubernetes' own. */
export const planeUsers = (owner: string) => ({
  admin: { user: `${owner}-admin`, groups: ['system:masters'] },
  controllerManager: { user: 'system:kube-controller-manager', groups: [] },
  scheduler: { user: 'system:kube-scheduler', groups: [] },
  kwok: { user: `${owner}-kwok`, groups: ['system:masters'] },
});

/** The token of each user. */
export type Tokens<Name extends string = keyof ReturnType<typeof planeUsers>> = Readonly<Record<Name, string>>;

/** Paths of the credentials of a control plane. */
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

/** Creates the tokens and the key that signs service account tokens (mode 0600). */
export async function writeCredentials<Name extends string>(
  folder: string,
  users: Readonly<Record<Name, PlaneUser>>,
): Promise<Tokens<Name>> {
  const files = credentialFiles(folder);
  await mkdir(files.pki, { recursive: true, mode: 0o700 });
  const named = Object.entries<PlaneUser>(users);
  const tokens: Record<string, string> = {};
  for (const [name] of named) tokens[name] = randomBytes(24).toString('hex');
  const lines = named.map(([name, { user, groups }]) => `${tokens[name]},${user},${name},"${groups.join(',')}"\n`);
  await writeFile(files.tokens, lines.join(''), { mode: 0o600 });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(files.serviceAccountKey, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(files.serviceAccountPublicKey, publicKey.export({ type: 'spki', format: 'pem' }));
  return tokens as Tokens<Name>;
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
