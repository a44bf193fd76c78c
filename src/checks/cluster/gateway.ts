import { shellWord } from '../../base/shell-word.ts';
import { CLUSTER_GATEWAYS, type GatewayFact, type ListenerFact } from '../../evidence/cluster/gateways.ts';
import { CLUSTER_RIGHTS } from '../../evidence/cluster/rights.ts';
import { type PlannedParent, type PlannedRoute, RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass, some } from '../judgement.ts';
import { notObserved, notReached } from '../services/probed.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';

/** The API server accepts a route that no Gateway accepts, without an error. */
export const clusterGateway: Check = {
  id: 'cluster.gateway',
  title: 'the Gateway that the routes name exists and accepts them',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS],
  optional: [CLUSTER_GATEWAYS, CLUSTER_RIGHTS],
  remedy: 'name a Gateway of the cluster in extraValues: kubectl get gateways -A',
  judge: (context) => {
    const { routes } = context.evidence(RENDERED_OBJECTS);
    if (routes.length === 0) return pass('no HTTPRoute is rendered');
    const unknownKinds = context.optionalEvidence(CLUSTER_RIGHTS)?.data?.unknownKinds ?? [];
    if (unknownKinds.some((kind) => kind.startsWith('HTTPRoute'))) return notReached('cluster.kinds');
    const seen = context.optionalEvidence(CLUSTER_GATEWAYS);
    // A Gateway often belongs to someone else, who need not allow reading it: skip.
    if (seen?.data === undefined) return notObserved(seen?.missing ?? 'no Gateway');
    const gateways = seen.data;
    const own = context.deployment?.target.type === 'kubernetes' ? context.deployment.target.namespace : '';
    const faults = routes.flatMap((route) => routeFaults(route, own, gateways));
    const expected = 'a Gateway with a listener for every route';
    if (faults.length > 0) return finding('fail', { observed: some(faults), expected });
    if (gateways.length === 0) return pass('no route names a Gateway');
    const notReady = gateways.filter(({ programmed, accepted }) => programmed === false || accepted === false);
    const [first] = notReady;
    if (first === undefined) return pass(`found ${listed(gateways.map(({ name }) => `Gateway ${name}`))}`, expected);
    return finding('warn', {
      observed: `the controller reports ${listed(notReady.map(({ name }) => `Gateway ${name}`))} as not ready`,
      expected,
      remedy: `kubectl -n ${shellWord(first.namespace)} describe gateway ${shellWord(first.name)}`,
    });
  },
};

function routeFaults(route: PlannedRoute, own: string, gateways: readonly GatewayFact[]): readonly string[] {
  if (route.parents.length === 0) return [`HTTPRoute ${route.name} names no Gateway`];
  return route.parents
    .filter(({ kind }) => kind === 'Gateway')
    .flatMap((parent) => {
      const namespace = parent.namespace || own;
      const found = gateways.find((one) => one.name === parent.name && one.namespace === namespace);
      if (found === undefined || !found.exists) return [`Gateway ${namespace}/${parent.name} does not exist`];
      const why = refusalOf(route, parent, found, namespace === own);
      return why === undefined ? [] : [`Gateway ${namespace}/${parent.name} ${why}`];
    });
}

/** Why no listener of the Gateway accepts the route; undefined if one does. */
function refusalOf(
  { hostnames }: PlannedRoute,
  { section, port }: PlannedParent,
  { listeners }: GatewayFact,
  isSame: boolean,
): string | undefined {
  const meant = listeners.filter(
    (one) => (section === '' || one.name === section) && (port === 0 || one.port === port),
  );
  if (meant.length === 0) return `has no listener ${section || `on port ${port}`}`;
  const open = meant.filter(({ from }) => from === 'All' || from === 'Selector' || (from === 'Same' && isSame));
  if (open.length === 0) return 'accepts no routes of other namespaces (allowedRoutes)';
  if (hostnames.length === 0 || open.some((listener) => hostnames.some((name) => serves(listener, name))))
    return undefined;
  return `has no listener for ${listed(hostnames)}`;
}

/** Compares host names as the Gateway API does: a wildcard on either side matches whole labels. */
function serves({ hostname }: ListenerFact, name: string): boolean {
  const within = (pattern: string, one: string) => pattern.startsWith('*.') && one.endsWith(pattern.slice(1));
  return hostname === '' || hostname === name || within(hostname, name) || within(name, hostname);
}
