import { lookup } from 'node:dns/promises';
import { CollectionError, type Collector, evidenceKey } from '../evidence.ts';
import { publicOrigins } from './public-hosts.ts';

/** A public host and the addresses that its name resolves to on this machine. */
export interface ResolvedHost {
  readonly host: string;
  readonly fields: readonly string[];
  readonly addresses: readonly string[];
  /** The system's error code if it does not resolve: ENOTFOUND, EAI_AGAIN, … */
  readonly code?: string;
}
export const NAMES_DNS = evidenceKey<readonly ResolvedHost[]>('names.dns', 1);

export const namesDnsCollector: Collector<readonly ResolvedHost[]> = {
  key: NAMES_DNS,
  timeoutMs: 20_000,
  collect: async ({ deployment }) => {
    if (deployment === undefined) throw new CollectionError('absent', 'a deployment file');
    const fields = new Map<string, string[]>();
    for (const origin of publicOrigins(deployment))
      fields.set(origin.host, [...(fields.get(origin.host) ?? []), ...origin.fields]);
    return Promise.all([...fields].map(async ([host, named]) => ({ host, fields: named, ...(await resolved(host)) })));
  },
};

async function resolved(host: string): Promise<Pick<ResolvedHost, 'addresses' | 'code'>> {
  try {
    const found = await lookup(host, { all: true });
    return { addresses: [...new Set(found.map(({ address }) => address))] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { addresses: [], code: code ?? 'ENOTFOUND' };
  }
}
