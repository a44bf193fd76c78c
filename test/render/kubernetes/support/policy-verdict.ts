import { BlockList } from 'node:net';
import { at, labelsAt, listAt, textAt } from '../../../../src/base/json-path.ts';
import type { KubernetesObject } from '../../../../src/render/rendered.ts';

/** One end of a connection: a pod of the release's namespace or of another, or an address outside all pods. */
export interface Peer {
  readonly labels?: Readonly<Record<string, string>>;
  readonly elsewhere?: boolean;
  readonly address: string;
}

/** True if the policies let `from` connect to `to`, as kubernetes.io (Network Policies) defines it. */
export function connects(policies: readonly KubernetesObject[], from: Peer, to: Peer, port: number): boolean {
  return passes(policies, 'Egress', from, to, port) && passes(policies, 'Ingress', to, from, port);
}

function passes(
  policies: readonly KubernetesObject[],
  type: 'Ingress' | 'Egress',
  self: Peer,
  other: Peer,
  port: number,
): boolean {
  const own = policies.filter(
    ({ spec }) =>
      listAt(spec, 'policyTypes').includes(type) && !self.elsewhere && matches(at(spec, 'podSelector'), self.labels),
  );
  if (own.length === 0) return true;
  const [field, peers] = type === 'Ingress' ? (['ingress', 'from'] as const) : (['egress', 'to'] as const);
  return own.some(({ spec }) =>
    listAt(spec, field).some((rule) => hasPeer(listAt(rule, peers), other) && hasPort(listAt(rule, 'ports'), port)),
  );
}

function hasPeer(peers: readonly unknown[], other: Peer): boolean {
  return peers.length === 0 || peers.some((peer) => isPeer(peer, other));
}

function isPeer(peer: unknown, other: Peer): boolean {
  const block = at(peer, 'ipBlock');
  if (block !== undefined) {
    const within = (range: string) => contains(range, other.address);
    return within(textAt(block, 'cidr')) && !listAt(block, 'except').some((range) => within(String(range)));
  }
  if (other.labels === undefined) return false;
  if (at(peer, 'namespaceSelector') !== undefined) return true;
  return other.elsewhere !== true && matches(at(peer, 'podSelector'), other.labels);
}

function hasPort(ports: readonly unknown[], port: number): boolean {
  return ports.length === 0 || ports.some((one) => at(one, 'port') === port && textAt(one, 'protocol') === 'TCP');
}

function matches(selector: unknown, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (labels === undefined) return false;
  const equal = Object.entries(labelsAt(selector, 'matchLabels')).every(([key, value]) => labels[key] === value);
  const among = listAt(selector, 'matchExpressions').every((one) => {
    if (textAt(one, 'operator') === 'Exists') return labels[textAt(one, 'key')] !== undefined;
    if (textAt(one, 'operator') !== 'In') throw new Error('only the operators In and Exists are known here');
    return listAt(one, 'values').includes(labels[textAt(one, 'key')] ?? '');
  });
  return equal && among;
}

function contains(range: string, address: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4');
  if (family(network) !== family(address)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family(network));
  return list.check(address, family(address));
}
