import { createSecureContext } from 'node:tls';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { type Collector, evidenceKey } from '../../evidence.ts';
import { type PublicOrigin, publicOrigins } from '../../names/public-hosts.ts';
import { type Answer, PING, ROUTES, SIGN_IN } from '../answers.ts';
import { ask, type Entrypoint } from '../ask.ts';
import { deploymentOf } from '../inside/exec.ts';
import { unaskedReason } from '../public.ts';
import { type PageLink, pageLinks } from './page-links.ts';
import { type Walk, walk } from './redirects.ts';

/** What one public address answers to this machine. */
export interface PublicAnswers {
  readonly url: string;
  /** `urls.console`, … */
  readonly fields: readonly string[];
  /** Why nothing answers there; the other fields are empty then. */
  readonly fault?: string;
  readonly answers: readonly Answer[];
  /** Where `/` leads. */
  readonly root?: Walk;
  /** Where the plain HTTP port of the same host leads. Absent if the address is plain HTTP or the port is unknown. */
  readonly plain?: Walk;
  /** Absolute addresses in the sign-in page. */
  readonly links: readonly PageLink[];
}

interface Outside {
  /** Why nothing was requested: all pods are simulated, or a proxy is in between. */
  readonly unasked?: string;
  readonly origins: readonly PublicAnswers[];
}
export const APP_OUTSIDE = evidenceKey<Outside>('app.outside', 1);

/** Characters of the sign-in page that are searched for addresses. */
const PAGE_LIMIT = 200_000;

export const appOutsideCollector: Collector<Outside> = {
  key: APP_OUTSIDE,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const deployment = deploymentOf(context);
    const origins = publicOrigins(deployment);
    const unasked = await unaskedReason(context, need, new URL(deployment.urls.console));
    if (unasked !== undefined) return { unasked, origins: [] };
    const asked = origins.map((origin) => answersOf(deployment, origin, context.signal));
    return { origins: await Promise.all(asked) };
  },
};

async function answersOf(deployment: Deployment, origin: PublicOrigin, signal: AbortSignal): Promise<PublicAnswers> {
  const { url, fields } = origin;
  const entrance = publicEntrypoint(new URL(url));
  const ping = await ask(entrance, PING, signal);
  if (ping.status === undefined) return { url, fields, fault: ping.fault ?? 'no answer', answers: [], links: [] };
  const paths = ROUTES.map(({ path }) => path).filter((path) => path !== PING);
  const plainUrl = plainAddress(deployment, origin);
  const [answers, page, root, plain] = await Promise.all([
    Promise.all(paths.map((path) => ask(entrance, path, signal))),
    ask(entrance, SIGN_IN, signal, PAGE_LIMIT),
    walk(`${url}/`, publicEntrypoint, signal),
    plainUrl === undefined ? undefined : walk(plainUrl, publicEntrypoint, signal),
  ]);
  return {
    url,
    fields,
    answers: [ping, ...answers],
    root,
    ...(plain === undefined ? {} : { plain }),
    links: pageLinks(page.body),
  };
}

/** The entrypoint of a public address. Its certificate is judged by names.certificate, not here. */
export function publicEntrypoint(url: URL): Entrypoint {
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  return {
    address: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    host: url.host,
    ...(isSecure ? { tls: createSecureContext(), verifies: false } : {}),
  };
}

/** The plain HTTP address beside an https address; undefined if its port cannot be known. */
function plainAddress({ target }: Deployment, { isSecure, port, url }: PublicOrigin): string | undefined {
  if (!isSecure) return undefined;
  const { hostname } = new URL(url);
  if (port === 443) return `http://${hostname}/`;
  const isOwn = target.type === 'compose' && target.tls !== undefined && target.httpsPort === port;
  return isOwn ? `http://${hostname}:${target.httpPort}/` : undefined;
}
