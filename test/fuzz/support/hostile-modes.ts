import type { Socket } from 'node:net';
import { type Behaviour, endless } from '../../support/hostile-server.ts';
import { mutated, type Random } from './random.ts';

/** Answers of a server that is right, in the order of the turns; the last one is repeated. */
export type Script = readonly Buffer[];

/** Ways to answer badly; `said` contains the answers of a valid server. */
const MODES: Readonly<Record<string, (said: Script, random: Random) => Behaviour>> = {
  'nothing at all': () => () => undefined,
  'closing at once': () => (socket) => void socket.destroy(),
  'a reset': () => (socket) => void socket.resetAndDestroy(),
  'the end of its side': () => (socket) => void socket.end(),
  'random bytes': (_, random) => (socket) => void socket.write(random.bytes(1 + random.below(4_096))),
  'random bytes without an end': (_, random) => {
    const bytes = random.bytes(65_536);
    return once((socket) => endless(socket, bytes));
  },
  'one answer without an end': (said, random) => {
    const piece = random.pick(said.filter(({ length }) => length > 0));
    const bytes = Buffer.concat(Array<Buffer>(Math.max(1, Math.floor(65_536 / Math.max(1, piece.length)))).fill(piece));
    return late(
      said,
      random,
      once((socket) => endless(socket, bytes)),
    );
  },
  'an answer that is cut off': (said, random) =>
    late(said, random, (socket, turn) => {
      const bytes = answer(said, turn);
      socket.end(bytes.subarray(0, random.below(bytes.length)));
    }),
  'an answer that is changed': (said, random) =>
    late(said, random, (socket, turn) => void socket.write(mutated(answer(said, turn), random))),
  'each answer changed': (said, random) => (socket, turn) => void socket.write(mutated(answer(said, turn), random)),
  'another answer than was asked for': (said, random) => (socket) => void socket.write(random.pick(said)),
  'an answer that drips': (said) => (socket, turn) => drip(socket, answer(said, turn)),
  nesting: (said, random) => {
    const open = random.pick(['*1\r\n', '[', '{"a":', '<a>', '250-', 'HTTP/1.1 100 Continue\r\n\r\n', '\x1a\x02']);
    return late(said, random, (socket) => void socket.write(Buffer.from(open.repeat(50_000))));
  },
};

export const MODE_NAMES = Object.keys(MODES);

export function hostileMode(name: string, said: Script, random: Random): Behaviour {
  const mode = MODES[name];
  if (mode === undefined) throw new Error(`there is no mode ${name}`);
  return mode(said, random);
}

function answer(said: Script, turn: number): Buffer {
  return said[Math.min(turn, said.length - 1)] ?? Buffer.alloc(0);
}

/** Right for a few turns, and then bad. */
function late(said: Script, random: Random, behaviour: Behaviour): Behaviour {
  const from = random.below(said.length + 1);
  return (socket, turn, data) => (turn < from ? void socket.write(answer(said, turn)) : behaviour(socket, turn, data));
}

function once(behaviour: (socket: Socket) => void): Behaviour {
  const seen = new WeakSet<Socket>();
  return (socket) => {
    if (seen.has(socket)) return;
    seen.add(socket);
    behaviour(socket);
  };
}

/** A byte now and then. */
function drip(socket: Socket, bytes: Buffer): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.destroyed || at >= bytes.length) clearInterval(timer);
    else socket.write(bytes.subarray(at, ++at));
  }, 5);
  socket.once('close', () => clearInterval(timer));
}
