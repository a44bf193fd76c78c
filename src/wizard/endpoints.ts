import { parseUrl } from '../base/url.ts';
import type { Answers, Question } from './question.ts';

/** The host and port of a server, from an answer. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** The endpoint that is known after a question is answered. Undefined if the question has none. */
export function endpointOf({ id }: Question, { explicit, value }: Answers): Endpoint | undefined {
  if (id.endsWith('.host')) {
    const [host, port] = [explicit(id), value(id.replace(/host$/, 'port'))];
    return typeof host === 'string' && typeof port === 'number' ? { host, port } : undefined;
  }
  if (!/^(vectorStore|objectStorage)\..*\.(url|endpoint|accountUrl)$/.test(id)) return undefined;
  const address = explicit(id);
  const url = typeof address === 'string' ? parseUrl(address) : undefined;
  if (url === undefined) return undefined;
  const { hostname, port, protocol } = url;
  return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
}
