import { plannedComponents } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { isServed } from '../../../versions/routes.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey } from '../../evidence.ts';
import { NAMES_SETTINGS } from '../../names/settings.ts';
import { largestUpload, type UploadLimit, uploadLimits } from '../../names/upload-limits.ts';
import { type Answer, SOCKET } from '../answers.ts';
import type { Entrypoint } from '../ask.ts';
import { composeEntrypoint } from '../compose-entrypoint.ts';
import { deploymentOf } from '../inside/exec.ts';
import { throughService } from '../kubernetes-entrypoint.ts';
import { type Handshake, shakeHands } from './handshake.ts';
import { APP_OUTSIDE, publicEntrypoint } from './origins.ts';
import { type Upload, upload } from './upload.ts';

/** What passes on one way to Dify, besides plain requests. */
export interface Channel {
  /** `public`: through every server in front of Dify. `nginx`: Dify's own nginx alone. */
  readonly hop: 'public' | 'nginx';
  readonly via: string;
  /** Absent if the release has no websocket, or it is off. */
  readonly handshake?: Handshake;
  readonly upload: Upload;
}

export interface Channels {
  /** Why nothing could answer: all pods are simulated. */
  readonly simulated?: string;
  /** The setting that allows the largest upload. */
  readonly largest: UploadLimit;
  /** Why the public address was not used. Absent if it was. */
  readonly publicFault?: string;
  /** The public way first. nginx alone only if something was wrong with the public way. */
  readonly ways: readonly Channel[];
}
export const APP_CHANNELS = evidenceKey<Channels>('app.channels', 1);

/**
 * Bytes that are sent at most: Dify's largest default limit. A larger upload is announced only, because nginx stores a
 * body on its disk before it passes it on.
 */
const MOST_SENT = 100 * 2 ** 20;
/** Bytes through a port-forward, which passes through the Kubernetes API: more than nginx keeps in memory (16 KiB). */
const SENT_BY_FORWARD = 2 ** 20;

export const appChannelsCollector: Collector<Channels> = {
  key: APP_CHANNELS,
  timeoutMs: 180_000,
  collect: async (context, need) => {
    const deployment = deploymentOf(context);
    const largest = largestUpload(uploadLimits(await need(NAMES_SETTINGS)));
    if (!Number.isFinite(largest.bytes) || largest.bytes <= 0)
      throw new CollectionError('absent', `${largest.name} as a number: it is ${largest.value}`);
    const outside = await need(APP_OUTSIDE);
    const console = outside.origins.find(({ fields }) => fields.includes('urls.console'));
    const publicFault = outside.unasked ?? console?.fault;
    const sends = largest.bytes <= MOST_SENT;
    const plan = { deployment, bytes: largest.bytes, sends, signal: context.signal };
    const front =
      publicFault === undefined
        ? await way('public', deployment.urls.console, publicEntrypoint(new URL(deployment.urls.console)), plan)
        : undefined;
    const known = { largest, ...(publicFault === undefined ? {} : { publicFault }) };
    if (front !== undefined && isClear(front)) return { ...known, ways: [front] };
    const own = await nginxWay(context, plan);
    if (own !== undefined && 'simulated' in own) return { ...known, simulated: own.simulated, ways: [] };
    return { ...known, ways: [front, own].filter((one) => one !== undefined) };
  },
};

interface Plan {
  readonly deployment: Deployment;
  readonly bytes: number;
  readonly sends: boolean;
  readonly signal: AbortSignal;
}

async function way(
  hop: Channel['hop'],
  via: string,
  entrance: Entrypoint,
  { deployment, bytes, sends, signal }: Plan,
): Promise<Channel> {
  const hasSocket = plannedComponents(deployment).apiWebsocket.enabled && isServed(SOCKET, deployment.version);
  const handshake = hasSocket ? await shakeHands(entrance, deployment.urls.console, signal) : undefined;
  const sent = await upload(entrance, { bytes, sends }, signal);
  return { hop, via, ...(handshake === undefined ? {} : { handshake }), upload: sent };
}

/** True if nothing refused anything, so that nginx alone need not be asked. */
function isClear({ handshake, upload: { answer } }: Channel): boolean {
  return handshake?.accepted !== false && (answer === undefined || isFromApi(answer));
}

function isFromApi({ status, version }: Answer): boolean {
  return status !== 413 && version !== '';
}

/** nginx alone. Undefined if the deployment has none. */
async function nginxWay(context: CollectContext, plan: Plan): Promise<Channel | { simulated: string } | undefined> {
  const { deployment } = plan;
  const { target } = deployment;
  if (!plannedComponents(deployment).proxy.enabled) return undefined;
  if (target.type === 'compose') {
    const { entrance, via } = await composeEntrypoint(context, deployment, target);
    // As on the public way: names.certificate judges the certificate.
    return way('nginx', via, { ...entrance, verifies: false }, plan);
  }
  const forwarded = await throughService(context, target, 'proxy', async (entrance) => {
    const announced = await way('nginx', '', entrance, { ...plan, sends: false });
    if (announced.upload.answer !== undefined) return announced;
    const small = await upload(entrance, { bytes: SENT_BY_FORWARD, sends: true }, plan.signal);
    return { ...announced, upload: { ...small, announced: plan.bytes } };
  });
  const { via, simulated } = forwarded;
  return simulated === undefined ? { ...forwarded.seen, via } : { simulated };
}
