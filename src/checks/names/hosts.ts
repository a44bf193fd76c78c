import { isIP } from 'node:net';
import type { Tier } from '../../checklist/tiers.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { error } from '../when.ts';
import { type Address, publicAddresses } from './addresses.ts';
import { settingsCheck } from './settings-check.ts';

export const namesHosts = settingsCheck(
  {
    id: 'names.hosts',
    title: 'public addresses have names that browsers can resolve',
    severity: error,
    remedy: 'set the variable to the public address that users type, or remove it from extraEnv',
  },
  (settings, context) => {
    const internal = new Set(settings.internalHosts);
    const expected = 'names that browsers can resolve';
    const addresses = publicAddresses(settings);
    const faults = addresses.flatMap((address) => {
      const reason = faultOf(address, internal, context.tier);
      return reason === undefined ? [] : [`${address.name} is ${address.value}: ${reason}`];
    });
    if (faults.length > 0) return finding('fail', { observed: some(faults, 3), expected });
    const hosts = [...new Set(addresses.flatMap(({ url }) => (url === undefined ? [] : [url.hostname])))];
    return pass(listed(hosts), expected);
  },
);

function faultOf({ url }: Address, internal: ReadonlySet<string>, tier: Tier): string | undefined {
  if (url === undefined || url.hostname === '') return 'not an address with a scheme and a host';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (internal.has(host)) return 'a name that only the network of the deployment resolves';
  if (/\.(svc|cluster\.local)\.?$|^host\.docker\.internal$/.test(host)) return 'a name that only containers resolve';
  if (isLoopback(host)) return tier === 'prod' ? 'each browser resolves it to its own machine' : undefined;
  if (isIP(host) !== 0 || host.includes('.')) return undefined;
  return tier === 'prod' ? 'a single word, which only machines with the right search domain resolve' : undefined;
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '::1' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}
