import { listAt, textAt } from '../../base/json-path.ts';
import type { TlsIssuer } from '../../deployment/schema/target.ts';
import { fromClusterIfThere } from '../cluster/connect.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { type CertificatePair, readPair } from './certificate-pair.ts';
import { publicOrigins } from './public-hosts.ts';
import { systemCaCertificates } from './system-ca.ts';

/** The Secret that the Ingress names for TLS; its key is checked, never kept. */
export interface TlsSecret {
  readonly name: string;
  readonly exists: boolean;
  /** `kubernetes.io/tls` */
  readonly type: string;
  readonly fault?: string;
  readonly pair?: CertificatePair;
  /** The issuer that the file names, if the Secret does not exist; absent if it may not be read. */
  readonly issuer?: IssuerFact;
}

interface IssuerFact {
  readonly exists: boolean;
  /** Message of its condition Ready, if it is not ready. */
  readonly notReady?: string;
}
export const NAMES_TLS_SECRET = evidenceKey<TlsSecret>('names.tls-secret', 1);

export const tlsSecretCollector: Collector<TlsSecret> = {
  key: NAMES_TLS_SECRET,
  timeoutMs: 15_000,
  collect: async (context) => {
    const { deployment } = context;
    const target = deployment?.target;
    if (deployment === undefined || target?.type !== 'kubernetes' || target.ingress?.tls === undefined)
      throw new CollectionError('absent', 'target.ingress.tls in the file');
    const { namespace } = target;
    const name = target.ingress.tls.secretName;
    const found = await fromClusterIfThere(context, `get secret ${name} in namespace ${namespace}`, (cluster) =>
      cluster.get(`/api/v1/namespaces/${namespace}/secrets/${name}`, context.signal),
    );
    const seen = { name, exists: found !== undefined, type: textAt(found, 'type') };
    const { issuer } = target.ingress.tls;
    if (found === undefined) return issuer === undefined ? seen : { ...seen, ...(await issuerOf(context, issuer)) };
    const text = (key: string) => Buffer.from(textAt(found, 'data', key), 'base64').toString('utf8');
    const hosts = [...new Set(publicOrigins(deployment).map(({ host }) => host))];
    try {
      const authorities = await systemCaCertificates(context.env);
      return { ...seen, pair: readPair({ certificate: text('tls.crt'), key: text('tls.key'), hosts, authorities }) };
    } catch (error) {
      return { ...seen, fault: `tls.crt ${error instanceof Error ? error.message : String(error)}` };
    }
  },
};

/** Reads cert-manager's resource; an Issuer is in the deployment's namespace. Empty if it may not be read. */
async function issuerOf(context: CollectContext, { kind, name }: TlsIssuer): Promise<Pick<TlsSecret, 'issuer'>> {
  const target = context.deployment?.target;
  const namespace = target?.type === 'kubernetes' ? target.namespace : '';
  const place = kind === 'ClusterIssuer' ? 'clusterissuers' : `namespaces/${namespace}/issuers`;
  try {
    const found = await fromClusterIfThere(context, `get ${kind} ${name}`, (cluster) =>
      cluster.get(`/apis/cert-manager.io/v1/${place}/${name}`, context.signal),
    );
    if (found === undefined) return { issuer: { exists: false } };
    const ready = listAt(found, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
    if (textAt(ready, 'status') === 'True') return { issuer: { exists: true } };
    return { issuer: { exists: true, notReady: textAt(ready, 'message') || 'its condition Ready is not True' } };
  } catch (error) {
    if (error instanceof CollectionError) return {};
    throw error;
  }
}
