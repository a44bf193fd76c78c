import { shellWord } from '../../base/shell-word.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type Endpoint, endpointsOf } from '../../evidence/endpoint-list.ts';
import { ENDPOINTS, type EndpointFact } from '../../evidence/endpoints.ts';
import type { EvidenceOrigin } from '../../evidence/evidence.ts';
import type { Check, Judgement, Observation } from '../check.ts';
import { worst } from '../judge.ts';
import { counted, deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error, whereFile } from '../when.ts';
import { faultStatus } from './probed.ts';

const SERVICES: readonly (readonly [service: Endpoint['service'], name: string])[] = [
  ['postgres', 'PostgreSQL'],
  ['redis', 'Redis'],
  ['object-storage', 'the object storage'],
  ['vector-store', 'the vector store'],
  ['mail', 'the mail service'],
];

/**
 * One check for each external service: its name resolves and its port connects, from this machine or, with
 * `--from cluster`, from the cluster.
 */
export const reachableChecks: readonly Check[] = SERVICES.map(([service, name]) => ({
  id: `${service}.reachable`,
  title: `${name} accepts connections`,
  phases: ['preflight'],
  severity: error,
  when: whereFile((deployment) => endpointsOf(deployment).some((endpoint) => endpoint.service === service)),
  requires: [ENDPOINTS],
  remedy: 'check the address, DNS and the firewalls on the way',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const from = context.optionalEvidence(ENDPOINTS)?.from ?? 'local';
    const endpoints = context.evidence(ENDPOINTS).filter((endpoint) => endpoint.service === service);
    const observations = endpoints.map((endpoint) => observe(endpoint, deployment, from));
    const expected = 'a TCP connection';
    const said = (some: readonly Observation[]) =>
      listed(some.map(({ subject, observed }) => `${subject} ${observed}`));
    const faults = observations.filter((observation) => observation.status !== 'pass');
    if (faults.length === 0) return { ...pass(said(observations), expected), observations };
    if (hasPeers(deployment, service) && faults.length < observations.length) return someConnect(observations);
    const observed = said(faults);
    const status = worst(faults.map((one) => one.status)) === 'warn' ? 'warn' : 'fail';
    // The cluster has its own names and routes: what fails from here may work there.
    const message = status === 'warn' ? `from this machine, ${observed}; the cluster may get another answer` : observed;
    const remedy = status === 'warn' ? 'difyctl preflight --from cluster' : nextStep(endpoints, deployment, from);
    return { ...finding(status, { observed, expected, message, remedy }), observations };
  },
}));

/**
 * True for Sentinel. Clients try the next sentinel, so one that connects is enough here; redis.sentinels judges how
 * many are up.
 */
function hasPeers({ redis }: Deployment, service: Endpoint['service']): boolean {
  return service === 'redis' && redis.mode === 'external' && redis.topology === 'sentinel';
}

function someConnect(observations: readonly Observation[]): Judgement {
  const connected = observations.filter(({ status }) => status === 'pass').length;
  const told = observations.map((one) => (one.status === 'pass' ? one : { ...one, status: 'skip' as const }));
  const message = `${connected} of ${counted(observations.length, 'sentinel')} accept connections; see redis.sentinels`;
  return { ...pass(message, 'a TCP connection to at least one sentinel'), observations: told };
}

function observe(endpoint: EndpointFact, deployment: Deployment, from: EvidenceOrigin): Observation {
  const { host, port, fault: met } = endpoint;
  return {
    subject: `${host}:${port}`,
    from,
    status: met === undefined ? 'pass' : faultStatus(met, deployment, from),
    observed: met === undefined ? `connected in ${endpoint.durationMs} ms` : wordsOf(met.text, host),
    expected: 'connected',
  };
}

/** Removes the host from the beginning of a text, because the subject names it already. */
function wordsOf(text: string, host: string): string {
  return text.startsWith(`${host} `) ? text.slice(host.length + 1) : text;
}

function nextStep(endpoints: readonly EndpointFact[], { target }: Deployment, from: EvidenceOrigin): string {
  const first = endpoints.find(({ fault: met }) => met !== undefined);
  if (first === undefined) return '';
  const { host, port, fault: met } = first;
  const isName = met?.stage === 'resolve';
  if (from === 'cluster' && target.type === 'kubernetes') {
    return isName
      ? `make the cluster DNS resolve ${host}: kubectl -n kube-system get configmap coredns -o yaml`
      : `allow the pods of the cluster to connect to ${host}:${port}; check also: kubectl -n ${target.namespace} get networkpolicies`;
  }
  return isName ? `getent hosts ${shellWord(host)}` : `nc -vz ${shellWord(host)} ${port}`;
}
