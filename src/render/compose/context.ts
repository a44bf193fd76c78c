import type { ComponentName } from '../../checklist/components.ts';
import { type PlannedComponent, plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ComposeTarget } from '../../deployment/schema/target.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { type DifyEnvironment, difyEnvironment } from '../dify-env/environment.ts';
import { componentImages, type Image, imageName } from '../images.ts';
import type { ComposeInputs } from './host-paths.ts';
import { COMPOSE_ADDRESSES } from './names.ts';
import { collectVariables, type Variables } from './variables.ts';

/** What every service is made from. */
export interface ComposeContext {
  readonly deployment: Deployment;
  readonly target: ComposeTarget;
  readonly inputs: ComposeInputs;
  readonly planned: Readonly<Record<ComponentName, PlannedComponent>>;
  readonly environment: DifyEnvironment;
  readonly variables: Variables;
  componentImage(name: ComponentName): string;
  image(image: Image): string;
}

export function composeContext(
  deployment: Deployment,
  target: ComposeTarget,
  secrets: SecretValues,
  inputs: ComposeInputs,
): ComposeContext {
  const images = componentImages(deployment.version);
  const registry = deployment.images?.registry;
  return {
    deployment,
    target,
    inputs,
    planned: plannedComponents(deployment),
    environment: difyEnvironment(deployment, COMPOSE_ADDRESSES),
    variables: collectVariables(secrets),
    componentImage: (name) => imageName(images[name], registry),
    image: (image) => imageName(image, registry),
  };
}
