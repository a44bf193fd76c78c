import { withinMs } from '../../base/time-limit.ts';
import { type FaultFact, faultOf } from '../../net/probe-error.ts';
import { type CertificateFact, secure } from '../../net/tls.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { type PublicOrigin, publicOrigins } from './public-hosts.ts';
import { systemCaCertificates } from './system-ca.ts';

/** The certificate at an https address, or the error that ended the probe. */
export interface PublicTls extends Pick<PublicOrigin, 'url' | 'host' | 'fields'> {
  readonly certificate?: CertificateFact;
  readonly fault?: FaultFact;
}
export const NAMES_TLS = evidenceKey<readonly PublicTls[]>('names.tls', 1);

const LIMIT_MS = 6_000;

export const publicTlsCollector: Collector<readonly PublicTls[]> = {
  key: NAMES_TLS,
  timeoutMs: 3 * LIMIT_MS,
  fromCluster: true,
  collect: async (context) => {
    const { deployment } = context;
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const ca = await systemCaCertificates(context.env);
    const secured = publicOrigins(deployment).filter(({ isSecure }) => isSecure);
    return Promise.all(secured.map((origin) => greet(context, origin, ca)));
  },
};

async function greet(
  { dial, signal }: CollectContext,
  { url, host, port, fields }: PublicOrigin,
  ca: string | undefined,
): Promise<PublicTls> {
  const limit = withinMs(2 * LIMIT_MS, signal);
  try {
    const plain = await dial(host, port, { signal: limit, limitMs: LIMIT_MS });
    try {
      const { certificate } = await secure(plain, { host, ca, signal: limit });
      return { url, host, fields, certificate };
    } finally {
      plain.destroy();
    }
  } catch (error) {
    return { url, host, fields, fault: faultOf(error, 'connect') };
  }
}
