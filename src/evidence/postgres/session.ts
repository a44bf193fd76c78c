import type { Duplex } from 'node:stream';
import type { ClientBase } from 'pg';
import { type Redact, redactor } from '../../base/redact.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Dial } from '../../net/dial.ts';
import { guarded } from '../../net/guarded.ts';
import { loginFault, statementFault } from './faults.ts';
import { PostgresFrames } from './frames.ts';
import { type Encrypted, encrypt, type TlsPlan } from './tls.ts';

/** How to reach a server, and how long each step may take. */
export interface ServerAccess {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsPlan;
  readonly dial: Dial;
  readonly signal: AbortSignal;
  /** Milliseconds for each of: connecting, TLS, the login, an answer. */
  readonly limitMs: number;
}

export interface Login {
  readonly database: string;
  readonly username: string;
  readonly password: string;
  /** Startup options: `-c timezone=UTC`. */
  readonly options?: string;
}

export type Row = Readonly<Record<string, unknown>>;

/**
 * A logged-in connection. It ends with `end`, with the signal (which ends the dialled stream), or with a query that
 * times out.
 */
export interface Session {
  /** The server's process id from the greeting; a pooler invents one. */
  readonly processId: number;
  /** Rows of one statement. Throws PostgresFault with stage `use`. `name`: as a prepared statement. */
  query(text: string, options?: { readonly values?: readonly unknown[]; readonly name?: string }): Promise<Row[]>;
  end(): Promise<void>;
}

/** Connects and negotiates TLS only. Throws ProbeError with stage `resolve`, `connect` or `tls`. */
export async function connect(access: ServerAccess): Promise<Encrypted> {
  const { host, port, dial, signal, limitMs, tls } = access;
  const plain = await dial(host, port, { signal, limitMs });
  try {
    const limit = withinMs(limitMs, signal);
    return await encrypt(plain, { host, plan: tls, signal: limit });
  } catch (error) {
    plain.destroy();
    throw error;
  }
}

/**
 * Connects, negotiates TLS and logs in. Throws ProbeError before the login, PostgresFault with stage `login` if the
 * login fails.
 */
export async function openSession(access: ServerAccess, login: Login): Promise<Session> {
  const reached = await connect(access);
  const stream = guarded(reached.stream, new PostgresFrames(), 'PostgreSQL');
  const redact = redactor([login.password]);
  const { Client, types } = (await import('pg')).default;
  const client = new Client({
    user: login.username,
    database: login.database,
    // A function, because for an empty text pg would read the user's password from PGPASSWORD or ~/.pgpass.
    password: () => login.password,
    ssl: false,
    application_name: 'difyctl',
    ...(login.options === undefined ? {} : { options: login.options }),
    types: { getTypeParser: (type: number) => (READ_TYPES.has(type) ? types.getTypeParser(type, 'text') : asText) },
    stream: () => asPgStream(stream),
  });
  // A connection that breaks between queries fails the next query.
  client.on('error', () => undefined);
  try {
    await within(client.connect(), access.limitMs, stream);
  } catch (error) {
    stream.destroy();
    throw loginFault(error, redact);
  }
  return {
    processId: processOf(client),
    query: (text, { values = [], name } = {}) =>
      ask(
        client,
        { text, values: [...values], ...(name === undefined ? {} : { name }) },
        access.limitMs,
        stream,
        redact,
      ),
    end: async () => {
      await within(client.end(), access.limitMs, stream).catch(() => undefined);
      stream.destroy();
    },
  };
}

/**
 * Types that are parsed: bool, int2, int4, oid and text[]. Others stay text, because a hostile server can make the
 * library's parsers of times and JSON slow.
 */
const READ_TYPES: ReadonlySet<number> = new Set([16, 21, 23, 26, 1009]);
const asText = (value: string) => value;

async function ask(
  client: ClientBase,
  query: { readonly text: string; readonly values: unknown[]; readonly name?: string },
  limitMs: number,
  stream: Duplex,
  redact: Redact,
): Promise<Row[]> {
  try {
    return (await within(client.query<Row>(query), limitMs, stream)).rows;
  } catch (error) {
    throw statementFault(error, redact);
  }
}

/** The server's process id from BackendKeyData, which @types/pg does not declare; 0 if it is missing. */
function processOf(client: object): number {
  const id: unknown = 'processID' in client ? client.processID : undefined;
  return typeof id === 'number' ? id : 0;
}

/**
 * Returns the answer, or destroys the stream if none comes within `limitMs`. pg cannot recover from a query without an
 * answer, and does not notice a stream that ended before it listened.
 */
async function within<T>(answer: Promise<T>, limitMs: number, stream: Duplex): Promise<T> {
  const late = () => stream.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  const timer = setTimeout(late, limitMs);
  let closed: () => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    // The answer may be the last data before the close: pg delivers it a moment after it was read.
    closed = () => setImmediate(() => reject(stream.errored ?? new Error('Connection terminated unexpectedly')));
    if (stream.closed) closed();
    else stream.once('close', closed);
  });
  answer.catch(() => undefined);
  ended.catch(() => undefined);
  try {
    return await Promise.race([answer, ended]);
  } finally {
    clearTimeout(timer);
    stream.removeListener('close', closed);
  }
}

/** Makes an open stream look like a socket to pg, which calls `connect` and waits for the event `connect`. */
function asPgStream(stream: Duplex): Duplex {
  const missing = ['setNoDelay', 'setKeepAlive', 'ref', 'unref'].filter((name) => !(name in stream));
  const nothing = Object.fromEntries(missing.map((name) => [name, () => stream]));
  const connect = () => {
    setImmediate(() => stream.emit('connect'));
    return stream;
  };
  return Object.assign(stream, nothing, { connect });
}
