import { isObject } from '../../base/json.ts';
import { type AnswerCodec, byDefault, type Question, whenever } from '../question.ts';

const known = whenever({ tier: ['test', 'prod'] });
const onKubernetes = whenever({ 'target.type': 'kubernetes' });

/**
 * Settings that most deployments do not change, offered together at the end. `load.concurrentUsers` is one of them too.
 */
export const moreQuestions: readonly Question[] = [
  {
    id: 'images.registry',
    fills: ['images.registry'],
    title: 'Registry mirror',
    why: 'Host and path in place of Docker Hub, such as registry.example.com/dify. difyctl images --format mirror lists what to copy there.',
    kind: 'text',
    asked: 'more',
    when: known,
    required: false,
  },
  {
    id: 'images.pullSecret',
    fills: ['images.pullSecret'],
    title: 'Pull secret of the registry mirror',
    why: 'A kubernetes.io/dockerconfigjson Secret in the namespace. Leave empty if the nodes can pull without one.',
    kind: 'text',
    asked: 'more',
    when: (answers) => onKubernetes(answers) && answers.explicit('images.registry') !== undefined,
    required: false,
  },
  {
    id: 'target.nodeSelector',
    fills: ['target.nodeSelector'],
    title: 'Node selector (key=value)',
    why: "Labels of nodes that Dify may run on, comma separated; as a flag: '{pool: dify}'. For one component: components.NAME.nodeSelector.",
    kind: 'text',
    asked: 'more',
    when: onKubernetes,
    required: false,
    codec: nodeLabels(),
  },
  {
    id: 'logging.level',
    fills: ['logging.level'],
    title: 'Log level',
    why: 'The lowest level that Dify writes. DEBUG logs contents of requests: not for prod.',
    kind: 'select',
    choices: () => ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'].map((value) => ({ value, title: value })),
    asked: 'more',
    when: known,
    required: true,
    offer: byDefault('INFO'),
  },
  {
    id: 'recovery.backup.repository',
    fills: ['recovery.backup.repository'],
    title: 'Backup repository',
    why: 'The restic repository of the backups: s3:https://s3.example.com/dify-backup, azure:dify-backup:/, gs:dify-backup:/ or a folder. Keep it outside the site that it protects.',
    kind: 'text',
    asked: 'more',
    when: known,
    required: false,
  },
];

/** Node labels as `KEY=VALUE`, comma-separated. */
function nodeLabels(): AnswerCodec {
  return {
    read: ({ explicit }) => {
      const labels = explicit('target.nodeSelector');
      if (!isObject(labels)) return undefined;
      return Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(',');
    },
    write: (text) => Object.fromEntries(pairsOf(String(text))),
    fault: (text) =>
      text.split(',').every((part) => /^[^=]+=/.test(part.trim()))
        ? undefined
        : 'Enter labels as KEY=VALUE, comma separated, such as pool=dify.',
  };
}

function pairsOf(text: string): readonly (readonly [string, string])[] {
  return text.split(',').map((part) => {
    const [key = '', ...value] = part.trim().split('=');
    return [key.trim(), value.join('=').trim()] as const;
  });
}
