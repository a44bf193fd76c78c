import type { JsonObject } from '../../base/json.ts';
import type { ComponentName } from '../../checklist/components.ts';

/**
 * Components whose programs may have to gain privileges: the code sandbox starts programs as another user, squid drops
 * from root, and the agent's shell runs whatever the agent asks for.
 */
const GAINS_PRIVILEGES: readonly ComponentName[] = ['sandbox', 'ssrfProxy', 'localSandbox'];

/** The default seccomp profile of the container runtime. Upstream's Compose runs every image under Docker's. */
export const POD_SECURITY: JsonObject = { seccompProfile: { type: 'RuntimeDefault' } };

/**
 * Service account and security contexts of a component. No process of Dify calls the API server. The chart can keep the
 * token out of a pod only through a ServiceAccount that it creates, so each component gets one. The chart's own user
 * and group are kept.
 */
export function hardening(name: ComponentName): JsonObject {
  return {
    serviceAccount: { create: true, automountServiceAccountToken: false },
    podSecurityContext: POD_SECURITY,
    ...(GAINS_PRIVILEGES.includes(name) ? {} : { containerSecurityContext: { allowPrivilegeEscalation: false } }),
  };
}
