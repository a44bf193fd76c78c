import { HOST_KERNEL } from '../../evidence/host/kernel.ts';
import { HOST_RESOLVER } from '../../evidence/host/resolver.ts';
import { counted, deploymentOf, finding, listed, pass, some } from '../judgement.ts';
import { error, warning } from '../when.ts';
import { localCheck } from './local-check.ts';

export const hostBindAddress = localCheck(
  {
    id: 'host.bind-address',
    title: 'the address that nginx is published on is one of this machine',
    severity: error,
    remedy: 'set target.bindAddress to an address of this machine, or leave it out for all of them',
  },
  HOST_KERNEL,
  ({ hasBindAddress, ipv6Disabled }, context) => {
    const { target } = deploymentOf(context);
    const address = target.type === 'compose' ? target.bindAddress : '';
    const expected = 'an address of this machine';
    if (!hasBindAddress) return finding('fail', { observed: `${address} is no address of this machine`, expected });
    if (address.includes(':') && ipv6Disabled) {
      return finding('fail', {
        observed: `${address} is an IPv6 address, and this machine has IPv6 switched off`,
        expected,
        remedy: 'set target.bindAddress to 0.0.0.0, or switch IPv6 on: sysctl -w net.ipv6.conf.all.disable_ipv6=0',
      });
    }
    return pass(address, expected);
  },
);

export const hostSearchDomains = localCheck(
  {
    id: 'host.search-domains',
    title: 'no search domain turns a service’s name into another machine',
    severity: warning,
    remedy: 'take the domain out of /etc/resolv.conf, or run dockerd with --dns-search=.',
  },
  HOST_RESOLVER,
  ({ search, hijacked }) => {
    const expected = 'service names that mean containers alone';
    if (hijacked.length === 0)
      return pass(search.length === 0 ? 'no search domains' : `nothing below ${listed(search)}`, expected);
    const names = some(
      hijacked.map(({ name, addresses }) => `${name} is ${addresses[0] ?? ''}`),
      3,
    );
    return finding('warn', {
      observed: `${counted(hijacked.length, 'service name')} below the search domains resolves: ${names}`,
      expected,
      message: `${names}: while a container is gone, others would reach that machine in its place`,
    });
  },
);
