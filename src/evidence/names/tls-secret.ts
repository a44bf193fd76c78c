import { textAt } from '../../base/json-path.ts';
import { fromClusterIfThere } from '../cluster/connect.ts';
import { type Collector, EvidenceMissing, evidenceKey } from '../evidence.ts';
import { machineAuthorities } from './authorities.ts';
import { type CertificatePair, readPair } from './certificate-pair.ts';
import { publicOrigins } from './public-hosts.ts';

/** The Secret that the Ingress names for TLS; its key is looked at, never kept. */
export interface TlsSecret {
  readonly name: string;
  readonly exists: boolean;
  /** `kubernetes.io/tls` */
  readonly type: string;
  readonly fault?: string;
  readonly pair?: CertificatePair;
}
export const NAMES_TLS_SECRET = evidenceKey<TlsSecret>('names.tls-secret', 1);

export const tlsSecretCollector: Collector<TlsSecret> = {
  key: NAMES_TLS_SECRET,
  timeoutMs: 15_000,
  collect: async (context) => {
    const { deployment } = context;
    const target = deployment?.target;
    if (deployment === undefined || target?.type !== 'kubernetes' || target.ingress?.tls === undefined)
      throw new EvidenceMissing('absent', 'target.ingress.tls in the file');
    const { namespace } = target;
    const name = target.ingress.tls.secretName;
    const found = await fromClusterIfThere(context, `get secret ${name} in namespace ${namespace}`, (cluster) =>
      cluster.get(`/api/v1/namespaces/${namespace}/secrets/${name}`, context.signal),
    );
    const seen = { name, exists: found !== undefined, type: textAt(found, 'type') };
    if (found === undefined) return seen;
    const text = (key: string) => Buffer.from(textAt(found, 'data', key), 'base64').toString('utf8');
    const hosts = [...new Set(publicOrigins(deployment).map(({ host }) => host))];
    try {
      const authorities = await machineAuthorities(context.env);
      return { ...seen, pair: readPair({ certificate: text('tls.crt'), key: text('tls.key'), hosts, authorities }) };
    } catch (error) {
      return { ...seen, fault: `tls.crt ${error instanceof Error ? error.message : String(error)}` };
    }
  },
};
