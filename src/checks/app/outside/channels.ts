import { formatBytes } from '../../../base/quantity.ts';
import { plannedComponents } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { SOCKET } from '../../../evidence/app/answers.ts';
import { APP_CHANNELS, type Channel, type Channels } from '../../../evidence/app/outside/channels.ts';
import type { Upload } from '../../../evidence/app/outside/upload.ts';
import { isServed } from '../../../versions/routes.ts';
import type { Check, JudgeContext, Judgement } from '../../check.ts';
import { finding, pass } from '../../judgement.ts';
import { error, whereFile, withFile } from '../../when.ts';
import { answeredBy, answerInWords } from '../responder.ts';

const UPGRADED = '101 Switching Protocols';

/** Checks that a page can open the websocket of collaboration. */
export const appWebsocket: Check = {
  id: 'app.websocket',
  title: 'a browser can open a WebSocket to Dify',
  phases: ['postflight'],
  severity: error,
  when: whereFile(
    (deployment) => plannedComponents(deployment).apiWebsocket.enabled && isServed(SOCKET, deployment.version),
  ),
  requires: [APP_CHANNELS],
  remedy: 'read the log of api-websocket, and check that nginx passes Upgrade and Connection on',
  judge: judgeChannels(UPGRADED, (ways) => {
    const refused = ways.filter(({ handshake }) => handshake?.accepted !== true);
    const [first] = refused;
    if (first === undefined) return pass(`${UPGRADED} through ${ways[0]?.via}`, UPGRADED);
    const answer = first.handshake?.answer;
    const words = answer === undefined ? 'not asked' : answerInWords(answer);
    const observed = `/socket.io/ through ${first.via}: ${words}`;
    return finding('fail', { observed, expected: UPGRADED, ...remedied(websocketRemedy(refused, ways)) });
  }),
};

function websocketRemedy(refused: readonly Channel[], ways: readonly Channel[]): string | undefined {
  if (refused.length === ways.length && ways.some(({ hop }) => hop === 'nginx')) return undefined;
  const first = refused[0];
  if (first?.hop !== 'public' || ways.length < 2) return undefined;
  return 'let the ingress or load balancer in front pass Upgrade and Connection on for /socket.io/: nginx itself accepts them';
}

/** Checks that no server refuses the largest upload that Dify allows. */
export const appUpload: Check = {
  id: 'app.upload',
  title: 'no server in front of Dify refuses the largest upload',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_CHANNELS],
  remedy: 'raise the limit of the server that refuses it, or lower the UPLOAD_*_SIZE_LIMIT',
  judge: (context) => {
    const { largest } = context.evidence(APP_CHANNELS);
    const expected = `401 from the API for ${formatBytes(largest.bytes)}, as ${largest.name} allows`;
    return judgeChannels(expected, (ways, deployment) => judgeUpload(ways, deployment, largest, expected))(context);
  },
};

function judgeUpload(
  ways: readonly Channel[],
  deployment: Deployment,
  largest: Channels['largest'],
  expected: string,
): Judgement {
  const size = formatBytes(largest.bytes);
  const refused = ways.filter(({ upload }) => isRefused(upload));
  const [first] = refused;
  if (first !== undefined) {
    const answer = first.upload.answer;
    const hop = hopOf(first, refused);
    const observed = `${hop} refuses ${size} with ${answer?.status ?? answer?.fault}`;
    return finding('fail', { observed, expected, remedy: uploadRemedy(hop, largest, deployment) });
  }
  const last = ways.at(-1);
  const fault = last?.upload.answer?.fault;
  if (last === undefined || fault !== undefined) {
    const observed = `the upload of ${size} through ${last?.via} broke off (${fault})`;
    return { status: 'unknown', observed, expected, message: observed };
  }
  return pass(`${size} is not refused: ${outcome(last.upload)} through ${last.via}`, expected);
}

/** 413, or an error of nginx that could not store the body. */
function isRefused({ answer }: Upload): boolean {
  return answer !== undefined && (answer.status === 413 || answer.status === 500);
}

/** The server that refused: the one nearest to Dify. */
function hopOf({ upload }: Channel, refused: readonly Channel[]): string {
  if (upload.answer !== undefined && answeredBy(upload.answer) === 'api') return 'the API';
  return refused.some(({ hop }) => hop === 'nginx') ? 'nginx' : 'the ingress or load balancer in front of nginx';
}

function uploadRemedy(hop: string, { name, bytes }: Channels['largest'], { target }: Deployment): string {
  const megabytes = Math.ceil(bytes / 2 ** 20);
  if (hop === 'the API') return `lower ${name}, or raise the limit of the API`;
  if (hop === 'nginx') {
    const place = target.type === 'compose' ? 'nginx/nginx.conf' : 'proxy.clientMaxBodySize';
    return `difyctl install restores the rendered limit: ${megabytes}m in ${place}`;
  }
  return `raise its limit to ${megabytes} MB (ingress-nginx: nginx.ingress.kubernetes.io/proxy-body-size: ${megabytes}m)`;
}

function outcome({ answer, sent, announced }: Upload): string {
  if (answer?.status !== undefined) return `${answerInWords(answer)} after ${formatBytes(sent)}`;
  if (sent === 0) return 'announced';
  return `${formatBytes(sent)} of ${formatBytes(announced)} sent in time`;
}

/** Returns the `judge` of a check on the ways to Dify. */
function judgeChannels(
  expected: string,
  judge: (ways: readonly Channel[], deployment: Deployment) => Judgement,
): (context: JudgeContext) => Judgement {
  return (context) => {
    const { simulated, ways, publicFault } = context.evidence(APP_CHANNELS);
    const reason = simulated ?? (ways.length === 0 ? (publicFault ?? 'no way to Dify') : undefined);
    if (reason !== undefined) return { status: 'skip', observed: reason, expected, message: reason };
    const { deployment } = context;
    if (deployment === undefined) throw new Error('judged without a deployment');
    return judge(ways, deployment);
  };
}

function remedied(remedy: string | undefined): { readonly remedy?: string } {
  return remedy === undefined ? {} : { remedy };
}
