import type { ComponentName } from '../../checklist/components.ts';
import type { PlannedComponent } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { ComposeTarget } from '../../deployment/schema/target.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import { componentImages, type Image, imageName } from '../images.ts';
import { type RenderModel, renderModel } from '../model.ts';
import type { ComposeInputs } from './host-paths.ts';
import { COMPOSE_ADDRESSES } from './names.ts';
import { collectVariables, type Variables } from './variables.ts';

/** The input of every function that makes a service. */
export interface ComposeContext extends RenderModel {
  readonly target: ComposeTarget;
  readonly inputs: ComposeInputs;
  readonly planned: Readonly<Record<ComponentName, PlannedComponent>>;
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
  const model = renderModel(deployment, COMPOSE_ADDRESSES);
  return {
    ...model,
    target,
    inputs,
    planned: model.components,
    variables: collectVariables(secrets),
    componentImage: (name) => imageName(images[name], registry),
    image: (image) => imageName(image, registry),
  };
}
