import { isIP } from 'node:net';
import { endpointsOf } from '../../evidence/endpoint-list.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

export const namesLoopback: Check = {
  id: 'names.loopback',
  title: 'no address of a data service leads to the container itself',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [],
  remedy:
    'set an address that other machines can reach; for a service on the Docker host, use an address of its network interface or a name for it',
  judge: (context) => {
    const expected = 'addresses outside the container';
    const own = endpointsOf(deploymentOf(context)).filter(({ host }) => isLoopback(host));
    if (own.length === 0) return pass('no loopback address', expected);
    const observed = some([...new Set(own.map(({ service, host, port }) => `${service} at ${host}:${port}`))]);
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: inside a container this address leads to the container itself, which does not run the service`,
    });
  },
};

/** True for 127.0.0.0/8, ::1, the unspecified addresses, and the names that resolve to them. */
export function isLoopback(host: string): boolean {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (isIP(name) === 4) return name.startsWith('127.') || name === '0.0.0.0';
  if (isIP(name) !== 6) return false;
  // The URL parser writes every form of an address in the one short form.
  const short = new URL(`http://[${name}]`).hostname.slice(1, -1);
  return short === '::1' || short === '::' || /^::ffff:(7f[0-9a-f]{2}:|0:0$)/.test(short);
}
