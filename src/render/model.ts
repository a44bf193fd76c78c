import type { ComponentName } from '../checklist/components.ts';
import { type PlannedComponent, plannedComponents } from '../deployment/components.ts';
import { requiredSecrets } from '../deployment/required-secrets.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { RequiredSecret } from '../deployment/secrets.ts';
import type { ServiceAddresses } from './dify-env/addresses.ts';
import { type CaCertificate, caCertificates } from './dify-env/ca-certificates.ts';
import { type DifyEnvironment, difyEnvironment } from './dify-env/environment.ts';

/** What is derived from a deployment before it is rendered for one target. Each part is derived once. */
export interface RenderModel {
  readonly deployment: Deployment;
  readonly components: Readonly<Record<ComponentName, PlannedComponent>>;
  readonly requiredSecrets: readonly RequiredSecret[];
  /** The CA files in use, one for each service at most. */
  readonly caCertificates: readonly CaCertificate[];
  readonly environment: DifyEnvironment;
}

/** The model of a deployment. `addresses` are the target's addresses of its services. */
export function renderModel(deployment: Deployment, addresses: ServiceAddresses): RenderModel {
  const components = plannedComponents(deployment);
  return {
    deployment,
    components,
    requiredSecrets: requiredSecrets(deployment),
    caCertificates: caCertificates(deployment),
    environment: difyEnvironment(deployment, addresses, components),
  };
}
