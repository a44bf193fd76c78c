import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type Endpoint, endpointsOf } from '../../evidence/endpoint-list.ts';
import { ENDPOINTS, type EndpointFact } from '../../evidence/endpoints.ts';
import type { Check, Observation } from '../check.ts';
import { deploymentOf, fault, listed, pass } from '../judgement.ts';
import { error, whereFile } from '../when.ts';

const SERVICES: readonly (readonly [service: Endpoint['service'], name: string])[] = [
  ['postgres', 'PostgreSQL'],
  ['redis', 'Redis'],
  ['object-storage', 'the object storage'],
  ['vector-store', 'the vector store'],
  ['mail', 'the mail service'],
];

/** One check for each external service: a name that resolves and a port that connects, from this machine. */
export const reachableChecks: readonly Check[] = SERVICES.map(([service, name]) => ({
  id: `${service}.reachable`,
  title: `${name} can be connected to`,
  phases: ['preflight'],
  severity: error,
  when: whereFile((deployment) => endpointsOf(deployment).some((endpoint) => endpoint.service === service)),
  needs: [ENDPOINTS],
  remedy: 'check the address, name servers and firewalls between',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const endpoints = context.evidence(ENDPOINTS).filter((endpoint) => endpoint.service === service);
    const observations = endpoints.map((endpoint) => observe(endpoint, deployment));
    const expected = 'a TCP connection';
    const faults = observations.filter((observation) => observation.status !== 'pass');
    if (faults.length === 0) {
      return {
        ...pass(listed(observations.map(({ subject, observed }) => `${subject} ${observed}`)), expected),
        observations,
      };
    }
    const observed = listed(faults.map((one) => `${one.subject} ${one.observed}`));
    // The cluster has names and routes of its own: what fails from here may well work there.
    const message =
      deployment.target.type === 'kubernetes'
        ? `seen from here, ${observed}; the cluster may see it differently`
        : observed;
    const status = deployment.target.type === 'kubernetes' ? 'warn' : 'fail';
    return { ...fault(status, { observed, expected, message, remedy: nextStep(endpoints) }), observations };
  },
}));

function observe(endpoint: EndpointFact, { target }: Deployment): Observation {
  const { host, port, outcome } = endpoint;
  const isThere = outcome === 'connected';
  return {
    subject: `${host}:${port}`,
    from: 'local',
    status: isThere ? 'pass' : target.type === 'kubernetes' ? 'warn' : 'fail',
    observed: isThere ? `connected in ${endpoint.durationMs} ms` : OUTCOME_WORDS[outcome],
    expected: 'connected',
  };
}

const OUTCOME_WORDS: Readonly<Record<Exclude<EndpointFact['outcome'], 'connected'>, string>> = {
  refused: 'refuses the connection: nothing listens there',
  timeout: 'does not answer: a firewall drops it, or the address is wrong',
  unresolved: 'does not resolve',
  unreachable: 'cannot be routed to',
};

function nextStep(endpoints: readonly EndpointFact[]): string {
  const first = endpoints.find(({ outcome }) => outcome !== 'connected');
  if (first === undefined) return '';
  if (first.outcome === 'unresolved') return `getent hosts ${first.host}`;
  return `nc -vz ${first.host} ${first.port}`;
}
