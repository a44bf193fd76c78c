import { type Answer, isRedirect, type Responder } from '../../evidence/app/answers.ts';

/**
 * Who answered. Dify's API is recognized by its version header, Engine.IO by its handshake, the web server by HTML or a
 * redirect, the plugin daemon by JSON without the header.
 */
export function answeredBy(answer: Answer): Responder | 'nginx' | 'none' {
  if (answer.status === undefined) return 'none';
  if (/^0\{.*"sid"/.test(answer.body)) return 'apiWebsocket';
  const isPage = /html/.test(answer.contentType);
  // nginx's own pages: it could not reach a server (502, 504), refused a body (413), or no rule matches. It may be told
  // to add headers to them.
  if (isPage && /<center>nginx/.test(answer.body)) return 'nginx';
  if (answer.version !== '') return 'api';
  if (isPage || isRedirect(answer)) return 'web';
  return /json/.test(answer.contentType) ? 'pluginDaemon' : 'nginx';
}

/** The answer in a few words: `401 application/json from the API`. */
export function answerInWords(answer: Answer): string {
  if (answer.status === undefined) return `no answer (${answer.fault ?? 'unknown'})`;
  const type = answer.contentType.split(';')[0] ?? '';
  return `${answer.status}${type === '' ? '' : ` ${type}`} from ${NAMES[answeredBy(answer)]}`;
}

export const NAMES: Readonly<Record<Responder | 'nginx' | 'none', string>> = {
  api: 'the API',
  apiWebsocket: 'the websocket',
  pluginDaemon: 'the plugin daemon',
  web: 'the web front end',
  nginx: 'nginx itself',
  none: 'no server',
};
