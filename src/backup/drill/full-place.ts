import { renderCompose } from '../../render/compose/render.ts';
import { draftDocument } from '../../targets/compose/draft-document.ts';
import { drilledDeployment, drilledSecrets } from './dify-deployment.ts';
import { isolatedProject } from './isolated-project.ts';
import type { PlaceInput, UsePlace } from './place.ts';
import { projectPlace } from './project-place.ts';
import { DIFY_START_SECONDS } from './start-dify.ts';

interface FullPlaceInput extends PlaceInput {
  /** SECRET_KEY of the set. */
  readonly secretKey: string;
  /** Called with the secrets of the drill, so that they are redacted. */
  readonly protect: (values: readonly string[]) => void;
}

/**
 * A Compose project with Dify and data services of its own on internal networks, of which only PostgreSQL is started at
 * first. Creates nothing yet. Throws UserError if this release of Dify is not rendered for Compose, ExternalError if
 * Docker does not answer.
 */
export async function fullPlace({ secretKey, protect, ...input }: FullPlaceInput): Promise<UsePlace> {
  const { baseDirectory } = input;
  return projectPlace(input, (name, labels) => {
    const deployment = drilledDeployment(input.deployment, name);
    const secrets = drilledSecrets(deployment, input.secrets, secretKey);
    const rendered = renderCompose(deployment, secrets, { baseDirectory });
    protect(Object.values(rendered.env));
    const project = isolatedProject(rendered, { labels, startSeconds: DIFY_START_SECONDS });
    return {
      document: draftDocument({ ...rendered, project }),
      words: 'Dify and its stores on networks without a way out',
      dify: { deployment, secrets, rendered },
    };
  });
}
