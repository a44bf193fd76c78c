import { DEFAULT_DIFY } from '../../versions/default-pair.ts';
import { renderedVersions } from '../../versions/known-releases.ts';
import { always, byDefault, type Choice, type Question } from '../question.ts';

const TARGETS: readonly Choice[] = [
  { value: 'kubernetes', title: 'Kubernetes', description: 'Helm, the community chart' },
  { value: 'compose', title: 'Docker Compose', description: 'one host' },
];

/** Target, tier and what is installed. */
export const basicQuestions: readonly Question[] = [
  {
    id: 'target.type',
    fills: ['target.type'],
    title: 'Where will Dify run?',
    why: 'On Kubernetes Dify survives the loss of a node. Docker Compose is one host: if it is lost, Dify is down until it is rebuilt.',
    kind: 'select',
    choices: ({ suggestions }) => {
      const context = suggestions.contexts.find(({ current }) => current) ?? suggestions.contexts[0];
      const seen = {
        kubernetes:
          context &&
          [`context ${context.name}`, context.cluster?.summary].filter((part) => part !== undefined).join(', '),
        compose: suggestions.docker,
      } as const;
      return TARGETS.map((choice) => {
        const description = seen[choice.value as keyof typeof seen] ?? choice.description;
        return description === undefined ? choice : { ...choice, description };
      });
    },
    asked: 'always',
    when: always,
    required: true,
    offer: ({ suggestions }) => {
      if (suggestions.contexts.length > 0) return { kind: 'suggestion', value: 'kubernetes' };
      return suggestions.docker === undefined ? undefined : { kind: 'suggestion', value: 'compose' };
    },
  },
  {
    id: 'tier',
    fills: ['tier'],
    title: 'Environment?',
    why: 'test and prod are two risk models, not two sizes. The tier decides the replicas, the data services that may be bundled, and how strict the checks are.',
    kind: 'select',
    choices: ({ value }) => [
      { value: 'test', title: 'test', description: 'one copy of everything, no data that matters' },
      {
        value: 'prod',
        title: 'prod',
        description:
          value('target.type') === 'compose'
            ? 'external data services, backups, drills'
            : 'survives the loss of a node and a zone; backups, drills',
      },
    ],
    asked: 'always',
    when: always,
    required: true,
  },
  {
    id: 'edition',
    fills: ['edition'],
    title: 'Edition of Dify',
    why: 'The enterprise edition has a separate chart, which difyctl cannot render yet.',
    kind: 'select',
    choices: () => [
      { value: 'community', title: 'community' },
      { value: 'enterprise', title: 'enterprise', unavailable: 'difyctl cannot render it yet' },
    ],
    asked: 'rarely',
    when: always,
    required: true,
    offer: byDefault('community'),
  },
  {
    id: 'version',
    fills: ['version'],
    title: 'Version of Dify',
    why: `It selects the image tags and the chart. Only you change it; difyctl never upgrades by itself. difyctl renders ${renderedVersions('kubernetes').join(', ')} on Kubernetes and ${renderedVersions('compose').join(', ')} on Compose.`,
    kind: 'text',
    asked: 'always',
    when: always,
    required: true,
    offer: byDefault(DEFAULT_DIFY),
  },
  {
    id: 'name',
    fills: ['name'],
    title: 'Name of the deployment',
    why: 'Name of the Helm release or the Compose project. Two deployments side by side need two names.',
    kind: 'text',
    asked: 'rarely',
    when: always,
    required: true,
    offer: byDefault('dify'),
  },
  {
    id: 'policy',
    fills: ['policy'],
    title: 'Policy of your organisation (file)',
    why: 'Your own requirements and severities, which extend the published checklist. Relative to difyctl.yaml.',
    kind: 'text',
    asked: 'rarely',
    when: always,
    required: false,
  },
];
