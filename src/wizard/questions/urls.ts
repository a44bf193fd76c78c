import { type Answers, always, type Offer, type Question } from '../question.ts';
import { classesOf } from './kubernetes.ts';

/** The four URLs that one public address fills. */
const SHARED_URLS = ['urls.console', 'urls.api', 'urls.app', 'urls.files'] as const;

const TITLES = {
  console: 'Address of the console',
  api: 'Address of the service API',
  app: 'Address of published apps',
  files: 'Address of uploaded files',
} as const;

/** One shared address, and one question for each URL that may differ. */
export const urlQuestions: readonly Question[] = [
  {
    id: 'urls.console',
    fills: SHARED_URLS,
    title: 'Public address',
    why: 'Browsers, mails, OAuth callbacks and signed file links use it. It sets the URLs of console, api, app and files; change one with, for example, --urls-files.',
    kind: 'text',
    asked: 'always',
    when: always,
    required: true,
    offer: trialAddress,
  },
  ...(['api', 'app', 'files'] as const).map(
    (part): Question => ({
      id: `urls.${part}`,
      fills: [`urls.${part}`],
      title: TITLES[part],
      why: 'Only if it differs from the public address.',
      kind: 'text',
      asked: 'rarely',
      when: always,
      required: ({ explicit }) => explicit('urls.console') !== undefined,
      offer: sharedAddress,
    }),
  ),
  {
    id: 'urls.trigger',
    fills: ['urls.trigger'],
    title: 'Address of webhooks and triggers',
    why: 'Other services call it. Default: the address of the service API.',
    kind: 'text',
    asked: 'rarely',
    when: always,
    required: false,
  },
];

/**
 * The address at which a browser on this machine reaches a test deployment on Kubernetes: through the Ingress if the
 * cluster has a class, otherwise through a forwarded port.
 */
function trialAddress(answers: Answers): Offer | undefined {
  if (answers.value('tier') !== 'test' || answers.value('target.type') !== 'kubernetes') return undefined;
  if (classesOf(answers).length > 0) return { kind: 'suggestion', value: 'http://dify.localhost' };
  const forward = 'kubectl -n NAMESPACE port-forward service/dify-proxy 8080:80';
  return { kind: 'suggestion', value: 'http://localhost:8080', reason: `for a trial from this machine: ${forward}` };
}

function sharedAddress({ explicit }: Answers): Offer | undefined {
  const shared = explicit('urls.console');
  return shared === undefined ? undefined : { kind: 'derived', value: shared, reason: 'the public address' };
}
