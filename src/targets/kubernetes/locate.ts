import { sha256 } from '../../base/digest.ts';
import { ExternalError } from '../../base/errors.ts';
import { listAt, textAt } from '../../base/json-path.ts';
import { jsonAnswer, UnreadableAnswer } from '../../exec/answer.ts';
import { type Kubectl, KubectlError } from '../../exec/kubectl.ts';
import type { TargetLocation } from '../target.ts';
import type { Connection } from './connection.ts';

/** Returns the context, server, user, namespace and release, and the identity of the cluster. */
export async function locateKubernetes(connection: Connection, signal: AbortSignal): Promise<TargetLocation> {
  const { kubectl, helm, release } = connection;
  const config = await readConfig(kubectl, signal);
  const [uid, user, history] = await Promise.all([
    clusterUid(kubectl, signal),
    whoAmI(kubectl, signal),
    helm.history(release, signal),
  ]);
  const newest = history.at(-1);
  const endpoint = `sha256:${sha256(`${config.server}\n${config.ca}`)}`;
  return {
    target: 'kubernetes',
    identity: { ...(uid === undefined ? {} : { uid }), endpoint, within: release.namespace },
    facts: [
      { name: 'context', value: config.context },
      { name: 'server', value: config.server },
      { name: 'user', value: user ?? config.user },
      { name: 'namespace', value: release.namespace },
      {
        name: 'release',
        value: newest === undefined ? 'none' : `${release.name} revision ${newest.revision}, ${newest.status}`,
      },
    ],
  };
}

interface ClusterConfig {
  readonly context: string;
  readonly server: string;
  readonly user: string;
  readonly ca: string;
}

/**
 * Returns the configuration that kubectl uses. In a pod there is no kubeconfig, and kubectl uses the pod's service
 * account.
 */
export async function readConfig(kubectl: Kubectl, signal: AbortSignal): Promise<ClusterConfig> {
  try {
    const ca = '{.clusters[0].cluster.certificate-authority-data}{" "}{.clusters[0].cluster.certificate-authority}';
    const [text, authority] = await Promise.all([
      kubectl.run(['config', 'view', '--minify', '-o', 'json'], { signal }),
      // Reads only the CA: a whole --raw view would contain keys and tokens.
      kubectl.run(['config', 'view', '--minify', '--raw', '-o', `jsonpath=${ca}`], { signal }),
    ]);
    const config: unknown = jsonAnswer(text, 'kubectl config view');
    return {
      context: textAt(config, 'current-context'),
      server: textAt(listAt(config, 'clusters')[0], 'cluster', 'server'),
      user: textAt(listAt(config, 'contexts')[0], 'context', 'user'),
      ca: authority.trim(),
    };
  } catch (error) {
    const info = await kubectl.run(['cluster-info'], { signal }).catch(() => undefined);
    const server = info === undefined ? undefined : /https?:\/\/[-A-Za-z0-9.:[\]]+/.exec(info)?.[0];
    if (server === undefined || !(error instanceof ExternalError)) throw error;
    return { context: 'in-cluster', server, user: 'service account', ca: '' };
  }
}

/**
 * Returns the uid of the namespace kube-system, which lasts as long as the cluster. Returns undefined if it may not be
 * read.
 */
export async function clusterUid(kubectl: Kubectl, signal: AbortSignal): Promise<string | undefined> {
  try {
    const uid = await kubectl.run(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}'], { signal });
    return uid.trim() === '' ? undefined : uid.trim();
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'forbidden') return undefined;
    throw error;
  }
}

/**
 * Returns the user as the API server sees it. Returns undefined for kubectl before 1.28 and servers without that API;
 * then only the kubeconfig's name of the user is known.
 */
async function whoAmI(kubectl: Kubectl, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer: unknown = jsonAnswer(
      await kubectl.run(['auth', 'whoami', '-o', 'json'], { signal }),
      'kubectl auth whoami',
    );
    const name = textAt(answer, 'status', 'userInfo', 'username');
    return name === '' ? undefined : name;
  } catch (error) {
    if (error instanceof KubectlError || error instanceof UnreadableAnswer) return undefined;
    throw error;
  }
}
