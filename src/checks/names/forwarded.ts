import type { Deployment } from '../../deployment/schema/deployment.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { plannedOf } from '../planned.ts';
import { onKubernetesWithFile, warning } from '../when.ts';

const VARIABLE = 'RESPECT_XFORWARD_HEADERS_ENABLED';

/** The chart's Service has no key for it (templates/service.yaml of 0.38.0-rc2), and `Cluster` is Kubernetes' default. */
function clientsOf(target: Deployment['target']): string {
  return target.type === 'kubernetes' && target.loadBalancer !== undefined
    ? '; the Service has no externalTrafficPolicy, so the access log may have addresses of nodes in place of clients'
    : '';
}

/** The chart's nginx sends its own scheme to the processes, which is http behind every server that terminates TLS. */
export const namesForwarded: Check = {
  id: 'names.forwarded',
  title: 'Dify does not read a header that the chart sets wrongly',
  phases: ['preflight'],
  severity: warning,
  when: onKubernetesWithFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: `remove ${VARIABLE} from components.api.extraEnv: Dify then builds addresses from urls`,
  judge: (context) => {
    const { urls, target } = deploymentOf(context);
    const expected = 'no X-Forwarded-Proto, or a right one';
    const secure = Object.values(urls).filter((url) => url?.startsWith('https://'));
    if (secure.length === 0) return pass('the public addresses are http, as nginx says');
    const fixed = "the chart's nginx sends X-Forwarded-Proto: http, which no value of the chart changes";
    if (!/^(true|1|yes|on)$/i.test(plannedOf(context).api.extraEnv[VARIABLE] ?? ''))
      return pass(`${fixed}; Dify does not read it, and builds addresses from urls${clientsOf(target)}`, expected);
    return finding('warn', {
      observed: `${VARIABLE} is on`,
      expected,
      message: `${fixed}, and with ${VARIABLE} Dify trusts it: addresses that it builds from a request begin with http:`,
    });
  },
};
