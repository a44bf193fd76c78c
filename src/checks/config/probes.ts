import type { ComponentName } from '../../checklist/components.ts';
import { type ProbeKind, RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { errorInProdElseWarning, onKubernetesWithFile } from '../when.ts';

/**
 * The probes of each component, from the chart or rendered by difyctl (src/render/kubernetes/probes.ts). Beat has none,
 * because a ping proves nothing about it.
 */
const PROBED: Readonly<Partial<Record<ComponentName, readonly ProbeKind[]>>> = {
  api: ['readiness', 'liveness', 'startup'],
  apiWebsocket: ['readiness', 'liveness'],
  worker: ['liveness'],
  web: ['readiness', 'liveness'],
  sandbox: ['readiness', 'liveness'],
  pluginDaemon: ['readiness', 'liveness', 'startup'],
  agentBackend: ['readiness', 'liveness'],
  localSandbox: ['readiness', 'liveness'],
  ssrfProxy: ['readiness', 'liveness'],
  proxy: ['readiness', 'liveness'],
};

export const configProbes: Check = {
  id: 'config.probes',
  title: 'every rendered process that serves requests has health probes',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: onKubernetesWithFile,
  requires: [RENDERED_OBJECTS],
  remedy: 'remove the probe settings from extraValues, or set probes of your own for the component (custom…Probe)',
  judge: (context) => {
    const set = context.evidence(RENDERED_OBJECTS);
    const expected = 'the probes that difyctl renders, or your own';
    const processes = set.workloads.filter(({ component }) => component !== undefined);
    const lacking = processes.flatMap(({ component, probes = [] }) => {
      const wanted = component === undefined ? [] : (PROBED[component] ?? []);
      const missing = wanted.filter((kind) => !probes.includes(kind));
      return missing.length === 0 ? [] : [{ component, missing }];
    });
    if (lacking.length === 0) return pass(`probes of ${processes.length} workloads`, expected);
    const observed = lacking
      .map(({ component, missing }) => `${component} without ${listed(missing)} probe`)
      .join('; ');
    const isBlind = lacking.some(({ missing }) => missing.includes('readiness'));
    return finding(isBlind ? 'fail' : 'warn', {
      observed,
      expected,
      message: `${observed}: a pod gets traffic before it can serve, or a pod that hangs is never restarted`,
    });
  },
};
