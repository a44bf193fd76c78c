import { byDefault, type Question, whenever } from '../question.ts';
import { isHttps } from './kubernetes.ts';

const onCompose = whenever({ 'target.type': 'compose' });

/** The host, its ports and its certificate. */
export const composeQuestions: readonly Question[] = [
  {
    id: 'target.directory',
    fills: ['target.directory'],
    title: 'Directory of the Compose project',
    why: 'compose.yaml, .env and all volumes are in it. Relative to difyctl.yaml; use an absolute path if several machines share the file.',
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
    why: 'nginx listens on it; with TLS it only redirects.',
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
    why: 'nginx listens on it if a certificate is set.',
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
    why: '127.0.0.1 accepts connections only from this host, such as those of your own proxy. No other port is published.',
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
    why: 'nginx terminates TLS with it. Leave empty if a proxy in front of this host terminates TLS. Relative to difyctl.yaml.',
    kind: 'text',
    asked: isHttps,
    when: onCompose,
    required: ({ explicit }) => explicit('target.tls.keyFile') !== undefined,
  },
  {
    id: 'target.tls.keyFile',
    fills: ['target.tls.keyFile'],
    title: 'Private key of the certificate (PEM file)',
    why: 'The file stays where it is; only its path is written.',
    kind: 'text',
    asked: ({ explicit }) => explicit('target.tls.certFile') !== undefined,
    when: onCompose,
    required: ({ explicit }) => explicit('target.tls.certFile') !== undefined,
  },
];
