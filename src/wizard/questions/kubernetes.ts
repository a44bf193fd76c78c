import type { Found, FoundContext } from '../found.ts';
import { type Answers, byDefault, type Choice, type Question, whenever } from '../question.ts';

const onKubernetes = whenever({ 'target.type': 'kubernetes' });

/** Which cluster, and where in it. */
export const clusterQuestions: readonly Question[] = [
  {
    id: 'target.context',
    fills: ['target.context'],
    title: 'Context of the kubeconfig',
    why: 'In prod the context is written down, so that a switched kubeconfig never sends an install to another cluster.',
    kind: 'select',
    open: true,
    choices: ({ found }) => found.contexts.map(contextChoice),
    asked: 'always',
    when: onKubernetes,
    required: ({ value }) => value('tier') === 'prod',
    offer: ({ found }) => {
      const current = found.contexts.find((context) => context.current);
      return current === undefined ? undefined : { kind: 'suggestion', value: current.name };
    },
  },
  {
    id: 'target.namespace',
    fills: ['target.namespace'],
    title: 'Namespace',
    why: 'Everything of this deployment lives in one namespace; it is made if it does not exist.',
    kind: 'text',
    asked: 'rarely',
    when: onKubernetes,
    required: true,
    offer: byDefault('dify'),
  },
];

/** By which way in, on which volumes, with how many nodes; asked when the public address is known. */
export const clusterDetailQuestions: readonly Question[] = [
  {
    id: 'target.ingress.className',
    fills: ['target.ingress.className'],
    title: 'Ingress class',
    why: 'It names the controller that brings requests in. Without one no Ingress is made, and you route to the proxy Service yourself.',
    kind: 'select',
    open: true,
    choices: (answers) => classesOf(answers).map((name) => ({ value: name, title: name })),
    asked: 'always',
    when: onKubernetes,
    required: false,
    offer: (answers) => {
      const classes = classesOf(answers);
      const [only] = classes;
      return only !== undefined && classes.length === 1 ? { kind: 'suggestion', value: only } : undefined;
    },
  },
  {
    id: 'target.ingress.tls.secretName',
    fills: ['target.ingress.tls.secretName'],
    title: 'Secret that holds the TLS certificate',
    why: 'A kubernetes.io/tls Secret in the namespace, made by you or by cert-manager. Leave it out where TLS ends before the cluster.',
    kind: 'text',
    asked: (answers) => isHttps(answers) && answers.value('target.ingress.className') !== undefined,
    when: onKubernetes,
    required: false,
  },
  {
    id: 'target.storageClass',
    fills: ['target.storageClass'],
    title: 'Storage class that can be written from several nodes',
    why: 'Files on a volume are shared by api, worker and the plugin daemon: the class must offer ReadWriteMany, which most default classes do not.',
    kind: 'text',
    asked: whenever({ 'objectStorage.provider': 'local' }),
    when: onKubernetes,
    required: false,
  },
  {
    id: 'target.autoscaling.maxNodes',
    fills: ['target.autoscaling.maxNodes'],
    title: 'Most nodes that a node autoscaler may reach',
    why: 'Too few nodes now are a warning, not a failure, where an autoscaler may add the missing ones.',
    kind: 'number',
    asked: 'rarely',
    when: onKubernetes,
    required: false,
  },
];

/** True where the browser's address is https. */
export function isHttps({ value }: Answers): boolean {
  const address = value('urls.console');
  return typeof address === 'string' && address.startsWith('https:');
}

function contextChoice({ name, current, cluster }: FoundContext): Choice {
  const description = [current ? 'current' : undefined, cluster?.summary]
    .filter((part) => part !== undefined)
    .join(', ');
  return description === '' ? { value: name, title: name } : { value: name, title: name, description };
}

function classesOf({ found, value }: Answers): readonly string[] {
  return contextOf(found, value('target.context'))?.cluster?.ingressClasses ?? [];
}

function contextOf(found: Found, name: unknown): FoundContext | undefined {
  return found.contexts.find((context) => (name === undefined ? context.current : context.name === name));
}
