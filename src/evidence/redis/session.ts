import type { Duplex } from 'node:stream';
import { guarded } from '../../net/guarded.ts';
import { ProbeError } from '../../net/probe-error.ts';
import { asSocket } from '../../net/socket.ts';
import { RedisFrames } from './frames.ts';

/**
 * The server refuses a command. `code` is the first word of its answer: `WRONGPASS`, `NOPERM`, `READONLY`, else `ERR`.
 */
export class RedisError extends Error {
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.name = 'RedisError';
    this.code = code;
  }
}

/** A connection to Redis that sends only the requested commands: no login, no SELECT, no reconnect. */
export interface RedisSession {
  /** Sends one command. Throws RedisError for a refusal, ProbeError (stage `use`) if no answer comes. */
  call(command: string, ...words: readonly (string | number)[]): Promise<unknown>;
  close(): void;
}

/** Opens a session on a connected stream. `limitMs`: for each answer. */
export async function openSession(stream: Duplex, limitMs: number): Promise<RedisSession> {
  // A bundled CommonJS package has only its default export.
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
  // Commands are sent in lower case, because the library detects subscriptions by lower-case names.
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
  // A broken connection fails each command itself.
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

/** Keeps only the server's text: the library's error contains the command's words, which may include a password. */
function refusalOf(error: unknown, ended: ProbeError | undefined): RedisError | ProbeError {
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (name === 'ReplyError') return new RedisError(/^[A-Z]+(?= |$)/.exec(message)?.[0] ?? 'ERR', message);
  if (message === 'Command timed out')
    return new ProbeError('use', 'ETIMEDOUT', 'accepts the connection but never answers');
  return ended ?? new ProbeError('use', 'ECONNRESET', 'closes the connection');
}
