import type { AuditedWorkload } from '../facts.ts';
import { componentOf, storeOf } from '../roles.ts';
import { auditSettings, optionsOf, type WorkloadVariables } from '../variables.ts';
import type { EngineContainer } from './containers.ts';

/** A service of the project: its containers, of which the first stands for all. */
interface Service {
  readonly name: string;
  readonly containers: readonly EngineContainer[];
  readonly first: EngineContainer;
}

/** The services that stay. A container with restart policy `no` that ended with 0, or never started, is a job. */
function servicesOf(containers: readonly EngineContainer[]): readonly Service[] {
  const names = [...new Set(containers.map(({ service }) => service))].sort();
  return names.flatMap((name) => {
    const own = containers.filter(({ service }) => service === name);
    const [first] = own;
    return first === undefined || own.every(isJob) ? [] : [{ name, containers: own, first }];
  });
}

function isJob({ restart, state, exitCode }: EngineContainer): boolean {
  return restart === 'no' && (state === 'created' || (state === 'exited' && exitCode === 0));
}

/** The facts of every service, without the values of its variables. */
export function auditedServices(
  containers: readonly EngineContainer[],
  internal: ReadonlySet<string>,
): readonly AuditedWorkload[] {
  return servicesOf(containers).map(({ name, containers: own, first }) => {
    const { image, environment, command, memory, published, networks, hasHealthCheck } = first;
    const component = componentOf(image, { service: name, settings: auditSettings(environment) });
    const store = component === undefined ? storeOf(image) : undefined;
    return {
      kind: 'service',
      name,
      ...(component === undefined ? {} : { component }),
      ...(store === undefined ? {} : { store }),
      replicas: own.length,
      image,
      images: [...new Set(own.map((one) => one.image))],
      probes: hasHealthCheck ? ['liveness', 'readiness'] : [],
      containers: [{ name, isInit: false, requests: {}, limits: memory === 0 ? {} : { memory } }],
      claims: [],
      isSpread: false,
      ports: published.map(({ port, address, hostPort }) => ({
        port,
        at: `${address.includes(':') ? `[${address}]` : address}:${hostPort}`,
        isLocal: /^(127\.|::1$)/.test(address),
      })),
      networks: networks.map((network) => ({ name: network, isInternal: internal.has(network) })),
      options: optionsOf(command),
    };
  });
}

/** The variables of every service. */
export function serviceVariables(containers: readonly EngineContainer[]): readonly WorkloadVariables[] {
  return servicesOf(containers).map(({ name, first }) => ({
    workload: name,
    variables: first.environment,
    command: first.command,
  }));
}
