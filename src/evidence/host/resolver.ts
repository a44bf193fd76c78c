import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isObject } from '../../base/json.ts';
import { at } from '../../base/json-path.ts';
import { type Collector, evidenceKey } from '../evidence.ts';
import { requireLocalEngine } from './local-engine.ts';

/** A service name that also resolves below a search domain. */
export interface Hijacked {
  /** `api.corp.example.com` */
  readonly name: string;
  readonly addresses: readonly string[];
}

export interface ResolverFact {
  /** Search domains of the machine, which Docker copies into every container. */
  readonly search: readonly string[];
  readonly hijacked: readonly Hijacked[];
}
export const HOST_RESOLVER = evidenceKey<ResolverFact>('host.resolver', 1);

const RESOLV_CONF = '/etc/resolv.conf';
const ANSWER_MS = 2_000;

export const hostResolverCollector: Collector<ResolverFact> = {
  key: HOST_RESOLVER,
  timeoutMs: 30_000,
  collect: async (context, need) => {
    await requireLocalEngine(context, need);
    const { rendered } = context;
    const services = rendered?.target === 'compose' ? at(rendered.project, 'services') : undefined;
    const search = searchDomains(await readFile(RESOLV_CONF, 'utf8').catch(() => ''));
    const resolver = new Resolver({ timeout: ANSWER_MS, tries: 1 });
    const ask = (name: string) => resolver.resolve4(name).catch(() => []);
    return { search, hijacked: await hijackedNames(Object.keys(isObject(services) ? services : {}), search, ask) };
  },
};

/** Search domains in resolv.conf: the last `search` or `domain` line applies (resolv.conf(5)); `.` means none. */
export function searchDomains(text: string): readonly string[] {
  const last = [...text.matchAll(/^\s*(?:search|domain)\s+(.+)$/gm)].at(-1)?.[1] ?? '';
  return last
    .split(/\s+/)
    .map((domain) => domain.replace(/\.$/, ''))
    .filter((domain) => domain !== '');
}

/** The service names that resolve below a search domain. */
export async function hijackedNames(
  services: readonly string[],
  search: readonly string[],
  ask: (name: string) => Promise<readonly string[]>,
): Promise<readonly Hijacked[]> {
  const names = search.flatMap((domain) => services.map((service) => `${service}.${domain}`));
  const found = await Promise.all(names.map(async (name) => ({ name, addresses: await ask(name) })));
  return found.filter(({ addresses }) => addresses.length > 0);
}
