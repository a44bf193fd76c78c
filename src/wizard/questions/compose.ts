import { byDefault, type Question, whenever } from '../question.ts';
import { isHttps } from './kubernetes.ts';

const onCompose = whenever({ 'target.type': 'compose' });

/** The host, its ports and its certificate. */
export const composeQuestions: readonly Question[] = [
  {
    id: 'target.directory',
    fills: ['target.directory'],
    title: 'Directory of the Compose project',
    why: 'compose.yaml, .env and all volumes lie in it. Relative to difyctl.yaml; write it absolute where several machines share the file.',
    kind: 'text',
    asked: 'rarely',
    when: onCompose,
    required: true,
    offer: byDefault('./dify'),
  },
  {
    id: 'target.httpPort',
    fills: ['target.httpPort'],
    title: 'HTTP port of this host',
    why: 'nginx listens there; with TLS it only redirects.',
    kind: 'number',
    asked: 'rarely',
    when: onCompose,
    required: true,
    offer: byDefault(80),
  },
  {
    id: 'target.httpsPort',
    fills: ['target.httpsPort'],
    title: 'HTTPS port of this host',
    why: 'nginx listens there where a certificate is given.',
    kind: 'number',
    asked: 'rarely',
    when: onCompose,
    required: true,
    offer: byDefault(443),
  },
  {
    id: 'target.bindAddress',
    fills: ['target.bindAddress'],
    title: 'Address that nginx listens on',
    why: '127.0.0.1 keeps it to this host, behind a proxy of your own. No other port is ever opened to the outside.',
    kind: 'text',
    asked: 'rarely',
    when: onCompose,
    required: true,
    offer: byDefault('0.0.0.0'),
  },
  {
    id: 'target.tls.certFile',
    fills: ['target.tls.certFile'],
    title: 'Certificate chain (PEM file)',
    why: 'nginx ends TLS with it. Leave it out where a proxy before this host does. Relative to difyctl.yaml.',
    kind: 'text',
    asked: isHttps,
    when: onCompose,
    required: ({ said }) => said('target.tls.keyFile') !== undefined,
  },
  {
    id: 'target.tls.keyFile',
    fills: ['target.tls.keyFile'],
    title: 'Private key of the certificate (PEM file)',
    why: 'The file stays where it is; only its path is written.',
    kind: 'text',
    asked: ({ said }) => said('target.tls.certFile') !== undefined,
    when: onCompose,
    required: ({ said }) => said('target.tls.certFile') !== undefined,
  },
];
