import { parseUrl } from '../../base/url.ts';
import type { Dial } from '../../net/dial.ts';
import { requestHttp } from '../../net/http.ts';
import { faultOf } from '../../net/probe-error.ts';
import type { CollectContext, Collector } from '../evidence.ts';
import { type EgressFact, type EgressNeed, egressNeeds, NAMES_EGRESS } from './egress.ts';
import { NAMES_SETTINGS } from './settings.ts';
import { dialThrough } from './tunnel.ts';

const LIMIT_MS = 6_000;
/** Bytes: an answer is enough; a package index is long. */
const BODY_LIMIT = 256;

export const namesEgressCollector: Collector<readonly EgressFact[]> = {
  key: NAMES_EGRESS,
  // The settings may have to wait for helm.
  timeoutMs: 130_000 + 3 * LIMIT_MS,
  fromCluster: true,
  collect: async (context, need) => {
    const needs = egressNeeds(await need(NAMES_SETTINGS));
    return Promise.all(needs.map((one) => ask(context, one)));
  },
};

/**
 * Connects as the component would: through its proxy, and with public CA certificates only, which are all that its
 * image has.
 */
async function ask({ dial, signal }: CollectContext, need: EgressNeed): Promise<EgressFact> {
  const url = new URL(need.url);
  const way = need.proxy === undefined ? dial : tunnel(dial, need.proxy, url);
  if (typeof way === 'string') return { ...need, unseen: way };
  try {
    const { status } = await requestHttp({ url }, { dial: way, signal, limitMs: LIMIT_MS, bodyLimit: BODY_LIMIT });
    return { ...need, status };
  } catch (error) {
    const fault = faultOf(error, 'use');
    // The evidence has no login for the proxy, so none could be tried.
    return fault.stage === 'login' ? { ...need, unseen: 'its proxy requires a login' } : { ...need, fault };
  }
}

/** A dial through the proxy, or why that cannot be tried. */
function tunnel(dial: Dial, proxy: string, { protocol }: URL): Dial | string {
  const address = parseUrl(proxy.includes('://') ? proxy : `http://${proxy}`);
  if (address?.protocol !== 'http:') return `requires the proxy ${proxy}, which is not an HTTP proxy`;
  if (protocol !== 'https:') return `requires the proxy ${proxy} without TLS`;
  return dialThrough(dial, address);
}
