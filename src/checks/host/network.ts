import { HOST_KERNEL } from '../../evidence/host/kernel.ts';
import { HOST_RESOLVER } from '../../evidence/host/resolver.ts';
import { counted, deploymentOf, finding, listed, pass, some } from '../judgement.ts';
import { error, warning } from '../when.ts';
import { localCheck } from './local-check.ts';

export const hostBindAddress = localCheck(
  {
    id: 'host.bind-address',
    title: 'nginx is published on an address of this machine',
    severity: error,
    remedy: 'set target.bindAddress to an address of this machine, or leave it out for all of them',
  },
  HOST_KERNEL,
  ({ hasBindAddress, ipv6Disabled }, context) => {
    const { target } = deploymentOf(context);
    const address = target.type === 'compose' ? target.bindAddress : '';
    const expected = 'an address of this machine';
    if (!hasBindAddress) return finding('fail', { observed: `${address} is not an address of this machine`, expected });
    if (address.includes(':') && ipv6Disabled) {
      return finding('fail', {
        observed: `${address} is an IPv6 address, but IPv6 is disabled on this machine`,
        expected,
        remedy: 'set target.bindAddress to 0.0.0.0, or enable IPv6: sysctl -w net.ipv6.conf.all.disable_ipv6=0',
      });
    }
    return pass(address, expected);
  },
);

export const hostSearchDomains = localCheck(
  {
    id: 'host.search-domains',
    title: 'no search domain resolves a service name to another machine',
    severity: warning,
    remedy: 'remove the domain from /etc/resolv.conf, or run dockerd with --dns-search=.',
  },
  HOST_RESOLVER,
  ({ search, hijacked }) => {
    const expected = 'service names that resolve only to containers';
    if (hijacked.length === 0)
      return pass(
        search.length === 0 ? 'no search domains' : `no service name resolves below ${listed(search)}`,
        expected,
      );
    const names = some(
      hijacked.map(({ name, addresses }) => `${name} is ${addresses[0] ?? ''}`),
      3,
    );
    return finding('warn', {
      observed: `${counted(hijacked.length, 'service name')} resolved below the search domains: ${names}`,
      expected,
      message: `${names}: if a container stops, other containers would connect to that machine instead`,
    });
  },
);
