import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';

/** Throws UserError for Compose. */
export function refuseWithoutScheduler({ target }: Pick<Deployment, 'target'>): void {
  if (target.type === 'kubernetes') return;
  throw new UserError('a rehearsal needs a Kubernetes target: Compose is one host, which has no scheduler', {
    next: ['difyctl preflight'],
  });
}
