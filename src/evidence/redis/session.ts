import type { Duplex } from 'node:stream';
import { guarded } from '../../net/guarded.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { asSocket } from '../../net/socket.ts';
import { RedisFrames } from './frames.ts';

/** The server's own refusal of a command. `code` is its first word: `WRONGPASS`, `NOPERM`, `READONLY`, else `ERR`. */
export class RedisError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.name = 'RedisRefusal';
    this.code = code;
  }
}

/** A connection to Redis on which nothing is said but what is asked for: no login, no choice of a database, no reconnecting. */
export interface RedisSession {
  /** One command. Throws RedisRefusal for a refusal, ProbeFault (stage `use`) where no answer comes. */
  call(command: string, ...words: readonly (string | number)[]): Promise<unknown>;
  close(): void;
}

/** Opens a session over a stream that is connected already. `limitMs`: for each answer. */
export async function openSession(stream: Duplex, limitMs: number): Promise<RedisSession> {
  // Bundled, a CommonJS package has its default export alone.
  const { AbstractConnector, Redis } = (await import('ioredis')).default;
  const socket = asSocket(guarded(stream, new RedisFrames(), 'Redis'));
  let ended: ProbeError | undefined;
  socket.on('error', (error) => {
    if (error instanceof ProbeError) ended = error;
  });
  class Dialled extends AbstractConnector {
    constructor() {
      super(limitMs);
    }
    override async connect() {
      this.stream = socket;
      return socket;
    }
  }
  // Names in lower case: by them the library knows a subscription.
  const client = new Redis({
    Connector: Dialled,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    disableClientInfo: true,
    noDelay: false,
    commandTimeout: limitMs,
  });
  // Each command hears of a broken connection itself.
  client.on('error', () => undefined);
  await client.connect().catch(() => undefined);
  return {
    call: async (command, ...words) => {
      try {
        return await client.call(command.toLowerCase(), ...words);
      } catch (error) {
        throw refusalOf(error, ended);
      }
    },
    close: () => {
      client.disconnect();
      socket.destroy();
    },
  };
}

/** The library's error carries the command's words, a password among them: nothing of it is kept but the server's text. */
function refusalOf(error: unknown, ended: ProbeError | undefined): RedisError | ProbeError {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (name === 'ReplyError') return new RedisError(/^[A-Z]+(?= |$)/.exec(message)?.[0] ?? 'ERR', message);
  if (message === 'Command timed out')
    return new ProbeError('use', 'ETIMEDOUT', 'takes the connection and never answers');
  return ended ?? new ProbeError('use', 'ECONNRESET', 'closes the connection');
}
