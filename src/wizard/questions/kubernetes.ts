import { sharesVolumes } from '../../checklist/storage.ts';
import { type Answers, byDefault, type Choice, type Question, whenever } from '../question.ts';
import type { ObservedStorageClass, SuggestedContext, Suggestions } from '../suggestions.ts';

const onKubernetes = whenever({ 'target.type': 'kubernetes' });

/** Context and namespace. */
export const clusterQuestions: readonly Question[] = [
  {
    id: 'target.context',
    fills: ['target.context'],
    title: 'Context of the kubeconfig',
    why: 'In prod the file names the context, so that a change of the current context never installs to another cluster.',
    kind: 'select',
    open: true,
    choices: ({ suggestions }) => suggestions.contexts.map(contextChoice),
    asked: 'always',
    when: onKubernetes,
    required: ({ value }) => value('tier') === 'prod',
    offer: ({ suggestions }) => {
      const current = suggestions.contexts.find((context) => context.current);
      return current === undefined ? undefined : { kind: 'suggestion', value: current.name };
    },
  },
  {
    id: 'target.namespace',
    fills: ['target.namespace'],
    title: 'Namespace',
    why: 'All objects of the deployment are in this namespace. It is created if it does not exist.',
    kind: 'text',
    asked: 'rarely',
    when: onKubernetes,
    required: true,
    offer: byDefault('dify'),
  },
];

/** Ingress, certificates and nodes; asked after the public address. */
export const clusterDetailQuestions: readonly Question[] = [
  {
    id: 'target.ingress.className',
    fills: ['target.ingress.className'],
    title: 'Ingress class',
    why: 'The controller that routes requests to Dify. Without a class no Ingress is created, and you route to the proxy Service yourself.',
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
    id: 'target.ingress.tls.issuer.kind',
    fills: ['target.ingress.tls.issuer.kind'],
    title: 'TLS certificate of the ingress',
    why: 'cert-manager creates and renews the certificate if you name one of its issuers. Otherwise you create a Secret with it.',
    kind: 'select',
    choices: () => [
      { value: 'ClusterIssuer', title: 'ClusterIssuer', description: 'cert-manager, an issuer of the whole cluster' },
      { value: 'Issuer', title: 'Issuer', description: 'cert-manager, an issuer of the namespace' },
    ],
    leftOut: () => ({ title: 'Secret', description: 'a certificate of your own, or none' }),
    asked: endsTls,
    when: onKubernetes,
    required: ({ explicit }) => explicit('target.ingress.tls.issuer.name') !== undefined,
  },
  {
    id: 'target.ingress.tls.issuer.name',
    fills: ['target.ingress.tls.issuer.name'],
    title: 'Name of the issuer',
    why: 'The name that kubectl get clusterissuers or kubectl -n NAMESPACE get issuers shows.',
    kind: 'text',
    asked: hasIssuer,
    when: onKubernetes,
    required: hasIssuer,
  },
  {
    id: 'target.ingress.tls.secretName',
    fills: ['target.ingress.tls.secretName'],
    title: 'TLS Secret of the ingress',
    why: 'A kubernetes.io/tls Secret in the namespace. With an issuer, cert-manager creates it. Leave empty if a proxy or load balancer in front of the cluster terminates TLS.',
    kind: 'text',
    asked: endsTls,
    when: onKubernetes,
    required: hasIssuer,
    offer: (answers) =>
      hasIssuer(answers)
        ? { kind: 'derived', value: `${String(answers.value('name'))}-tls`, reason: 'cert-manager creates it' }
        : undefined,
  },
  {
    id: 'target.autoscaling.maxNodes',
    fills: ['target.autoscaling.maxNodes'],
    title: 'Maximum number of nodes (cluster autoscaler)',
    why: 'If an autoscaler can add missing nodes, too few nodes are a warning, not a failure.',
    kind: 'number',
    asked: 'rarely',
    when: onKubernetes,
    required: false,
  },
];

/** Storage class and access mode; asked after it is known whether files are on a volume. */
export const volumeQuestions: readonly Question[] = [
  {
    id: 'target.storageClass',
    fills: ['target.storageClass'],
    title: 'Storage class',
    why: 'Provisions the volumes of files and of bundled data services. Leave empty for the default class of the cluster.',
    kind: 'select',
    open: true,
    choices: (answers) =>
      storageClassesOf(answers).map(({ name, provisioner }) => ({
        value: name,
        title: name,
        description: `${provisioner}${SHARED_WORDS[sharesVolumes(provisioner)]}`,
      })),
    leftOut: (answers) => {
      const usual = storageClassesOf(answers).find(({ isDefault }) => isDefault);
      return usual === undefined
        ? undefined
        : { title: 'default', description: `the default class, now ${usual.name}` };
    },
    asked: (answers) => volumesOf(answers),
    when: onKubernetes,
    required: false,
  },
  {
    id: 'objectStorage.local.accessMode',
    fills: ['objectStorage.local.accessMode'],
    title: 'Access mode of the volumes of files',
    why: 'ReadWriteOnce works with every class: the pods that share a volume run on one node. ReadWriteMany lets them run on any node, and needs a class that supports it. It cannot be changed later.',
    kind: 'select',
    choices: () => [
      { value: 'ReadWriteOnce', title: 'ReadWriteOnce', description: 'one node' },
      { value: 'ReadWriteMany', title: 'ReadWriteMany', description: 'any node' },
    ],
    asked: 'rarely',
    when: whenever({ 'target.type': 'kubernetes', 'objectStorage.provider': 'local' }),
    required: true,
  },
];

/** True if an Ingress is created for an https address. */
function endsTls(answers: Answers): boolean {
  return isHttps(answers) && answers.value('target.ingress.className') !== undefined;
}

function hasIssuer({ explicit }: Answers): boolean {
  return explicit('target.ingress.tls.issuer.kind') !== undefined;
}

const SHARED_WORDS = { yes: ', ReadWriteMany', no: ', ReadWriteOnce only', unknown: '' } as const;

/** True if a volume is claimed: for files, or for a bundled data service. */
function volumesOf({ value }: Answers): boolean {
  const bundled = ['postgres', 'redis', 'vectorStore'].some((service) => value(`${service}.mode`) === 'bundled');
  return bundled || value('objectStorage.provider') === 'local';
}

/** True if the console's address is https. */
export function isHttps({ value }: Answers): boolean {
  const address = value('urls.console');
  return typeof address === 'string' && address.startsWith('https:');
}

function contextChoice({ name, current, cluster }: SuggestedContext): Choice {
  const description = [current ? 'current' : undefined, cluster?.summary]
    .filter((part) => part !== undefined)
    .join(', ');
  return description === '' ? { value: name, title: name } : { value: name, title: name, description };
}

function storageClassesOf({ suggestions, value }: Answers): readonly ObservedStorageClass[] {
  return contextOf(suggestions, value('target.context'))?.cluster?.storageClasses ?? [];
}

/** The ingress classes of the chosen cluster. */
export function classesOf({ suggestions, value }: Answers): readonly string[] {
  return contextOf(suggestions, value('target.context'))?.cluster?.ingressClasses ?? [];
}

function contextOf(found: Suggestions, name: unknown): SuggestedContext | undefined {
  return found.contexts.find((context) => (name === undefined ? context.current : context.name === name));
}
