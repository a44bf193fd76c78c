import { isOlder } from '../../base/version-order.ts';
import { OLDEST_HELM } from '../../checklist/nodes.ts';
import { ADVISED_COMPOSE, OLDEST_COMPOSE, OLDEST_KUBECTL } from '../../checklist/tools.ts';
import type { EvidenceKey } from '../../evidence/evidence.ts';
import { COMPOSE, DOCKER, HELM, KUBECTL, type ToolFact } from '../../evidence/tools.ts';
import type { Check } from '../check.ts';
import { finding, pass } from '../judgement.ts';
import { error, onCompose, onKubernetes } from '../when.ts';

interface ToolRule {
  readonly id: string;
  readonly title: string;
  readonly key: EvidenceKey<ToolFact>;
  readonly program: string;
  readonly when: NonNullable<Check['when']>;
  readonly oldest?: string;
  readonly advised?: string;
  readonly remedy: string;
}

const RULES: readonly ToolRule[] = [
  {
    id: 'tools.kubectl',
    title: 'kubectl 1.27 or newer is on PATH',
    key: KUBECTL,
    program: 'kubectl',
    when: onKubernetes,
    oldest: OLDEST_KUBECTL,
    remedy: 'install kubectl 1.27 or newer: https://kubernetes.io/docs/tasks/tools/',
  },
  {
    id: 'tools.helm',
    title: 'helm 3.14 or newer, or 4, is on PATH',
    key: HELM,
    program: 'helm',
    when: onKubernetes,
    oldest: OLDEST_HELM,
    remedy: 'install helm 3.14 or newer: https://helm.sh/docs/intro/install/',
  },
  {
    id: 'tools.docker',
    title: 'docker is on PATH',
    key: DOCKER,
    program: 'docker',
    when: onCompose,
    remedy: 'install Docker Engine: https://docs.docker.com/engine/install/',
  },
  {
    id: 'tools.compose',
    title: 'docker compose 2.24 or newer is installed',
    key: COMPOSE,
    program: 'docker compose',
    when: onCompose,
    oldest: OLDEST_COMPOSE,
    advised: ADVISED_COMPOSE,
    remedy: `install the compose plugin ${ADVISED_COMPOSE} or newer: https://docs.docker.com/compose/install/linux/`,
  },
];

export const toolChecks: readonly Check[] = RULES.map(({ id, title, key, program, when, oldest, advised, remedy }) => ({
  id,
  title,
  phases: ['preflight'],
  severity: error,
  when,
  requires: [key],
  remedy,
  judge: (context) => {
    const tool = context.evidence(key);
    const expected = `${program}${oldest === undefined ? '' : ` ${oldest} or newer`}`;
    if (tool.version === undefined || tool.version === '') {
      const said = tool.fault === undefined ? 'no version' : tool.fault;
      return finding('fail', { observed: said, expected, message: `${program} cannot be used: ${said}` });
    }
    const observed = `${program} ${tool.version}`;
    if (oldest !== undefined && isOlder(tool.version, oldest)) return finding('fail', { observed, expected });
    if (advised !== undefined && isOlder(tool.version, advised)) {
      return finding('warn', { observed, expected: `${advised} or newer, as upstream's newest quick start requires` });
    }
    return pass(observed, expected);
  },
}));
