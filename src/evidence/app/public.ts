import { createSecureContext, rootCertificates } from 'node:tls';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { proxyFor } from '../names/proxy-variables.ts';
import { publicOrigins } from '../names/public-hosts.ts';
import { systemCaCertificates } from '../names/system-ca.ts';
import { type Answer, APP_ANSWERS, PING } from './answers.ts';
import { ask, type Entrypoint } from './ask.ts';

/** The answer of the console's public address, requested by its own name from this machine. */
export interface PublicFact {
  /** What was requested. */
  readonly url: string;
  /** Why it was not requested: all pods are simulated, or a proxy is in between. */
  readonly unasked?: string;
  readonly answer?: Answer;
}
export const APP_PUBLIC = evidenceKey<PublicFact>('app.public', 1);

export const appPublicCollector: Collector<PublicFact> = {
  key: APP_PUBLIC,
  timeoutMs: 60_000,
  collect: async (context, need) => {
    const { deployment } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const console = new URL(deployment.urls.console);
    const url = `${console.origin}${PING}`;
    const unasked = await unaskedReason(context, need, console);
    if (unasked !== undefined) return { url, unasked };
    const origin = publicOrigins(deployment).find((one) => one.url === console.origin);
    if (origin === undefined) throw new CollectionError('absent', 'urls.console');
    const own = await systemCaCertificates(context.env);
    const ca = [...rootCertificates, ...(own === undefined ? [] : [own])];
    const { host, port, isSecure } = origin;
    const entrance: Entrypoint = {
      address: host,
      port,
      host: console.host,
      ...(isSecure ? { tls: createSecureContext({ ca }) } : {}),
    };
    return { url, answer: await ask(entrance, PING, context.signal) };
  },
};

/** Why a public address is not requested: all pods are simulated, or a proxy is in between. Undefined if it is. */
export async function unaskedReason(context: CollectContext, need: Need, url: URL): Promise<string | undefined> {
  return (await simulatedOf(need)) ?? proxied(context, url);
}

/**
 * Why the pods cannot answer: they are simulated. Undefined otherwise, also if the entry point could not be probed: the
 * public address is still requested.
 */
function simulatedOf(need: Need): Promise<string | undefined> {
  return need(APP_ANSWERS).then(
    ({ simulated }) => simulated,
    () => undefined,
  );
}

function proxied({ env }: CollectContext, url: URL): string | undefined {
  const variables = Object.fromEntries(
    Object.entries(env).filter((one): one is [string, string] => one[1] !== undefined),
  );
  const proxy = proxyFor(variables, url);
  return proxy === undefined ? undefined : 'HTTPS_PROXY or HTTP_PROXY of this machine would change the route';
}
