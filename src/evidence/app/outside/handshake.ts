import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { withinMs } from '../../../base/time-limit.ts';
import type { Answer } from '../answers.ts';
import { ATTEMPTS, answerOf, type Entrypoint, isFinal, open, PAUSE_MS, silence } from '../ask.ts';

/** What a server made of a request to upgrade to a WebSocket. */
export interface Handshake {
  /** True for status 101 with the key that RFC 6455 requires. */
  readonly accepted: boolean;
  readonly answer: Answer;
}

/** The Engine.IO address of Dify's collaboration, as the browser opens it (Engine.IO protocol, version 4). */
const WEBSOCKET_PATH = '/socket.io/?EIO=4&transport=websocket';
/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const LIMIT_MS = 10_000;

/**
 * Asks for a WebSocket as a page of the console would, and closes it. Tries again if nothing answers or a proxy reaches
 * no server, as `ask` does. Throws only if `interrupt` is aborted.
 */
export async function shakeHands(entrance: Entrypoint, origin: string, interrupt: AbortSignal): Promise<Handshake> {
  for (let attempt = 1; ; attempt++) {
    const shaken = await shakeOnce(entrance, origin, interrupt);
    if (shaken.accepted || isFinal(shaken.answer) || attempt === ATTEMPTS) return shaken;
    await delay(PAUSE_MS, undefined, { signal: interrupt });
  }
}

function shakeOnce(entrance: Entrypoint, origin: string, interrupt: AbortSignal): Promise<Handshake> {
  const limit = withinMs(LIMIT_MS, interrupt);
  const key = randomBytes(16).toString('base64');
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': key,
    'sec-websocket-version': '13',
    origin,
  };
  const path = WEBSOCKET_PATH;
  return new Promise((resolve, reject) => {
    const request = open(entrance, { path, headers }, limit);
    const fail = (error: NodeJS.ErrnoException): void => {
      if (interrupt.aborted) reject(error);
      const fault = limit.aborted ? `no answer within ${LIMIT_MS / 1000} s` : (error.code ?? error.message);
      resolve({ accepted: false, answer: silence(path, fault) });
    };
    request.on('error', fail);
    request.on('response', (response: IncomingMessage) => {
      answerOf(path, response).then((answer) => resolve({ accepted: false, answer }), fail);
    });
    request.on('upgrade', (response: IncomingMessage, stream: Duplex) => {
      stream.on('error', () => undefined);
      stream.destroy();
      const proof = createHash('sha1').update(`${key}${GUID}`).digest('base64');
      const accepted = response.statusCode === 101 && response.headers['sec-websocket-accept'] === proof;
      resolve({ accepted, answer: { ...silence(path, ''), status: response.statusCode, fault: undefined } });
    });
    request.end();
  });
}
