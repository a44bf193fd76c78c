import { createServer as createHttp2Server } from 'node:http2';
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * A server that answers every request with an error of the client's protocol. The error repeats the request in many
 * encodings.
 */
export interface EchoServer {
  /** Connects to it for every host. `port` 587 makes it speak first, as mail servers do. */
  readonly dial: (host: string, port: number) => Promise<Duplex>;
  /** The messages received so far. */
  readonly heard: readonly string[];
  close(): void;
}

const HTTP = /^(?:GET|POST|PUT|HEAD|DELETE|PATCH|OPTIONS) /;

export async function startEcho(): Promise<EchoServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const grpc = createHttp2Server();
  grpc.on('stream', (stream, headers) => {
    const said = echoOf(heard, Object.values(headers).flat().join(' '));
    stream.on('error', () => undefined);
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () =>
      stream.sendTrailers({ 'grpc-status': '16', 'grpc-message': encodeURIComponent(said) }),
    );
    stream.end();
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.once('data', (first) => {
      const text = first.toString('latin1');
      if (text === 'mail\n') return answerMail(socket, heard);
      if (text.startsWith('PRI * HTTP/2')) {
        socket.pause();
        socket.unshift(first);
        grpc.emit('connection', socket);
        return;
      }
      const answer = HTTP.test(text) ? answerHttp : text.startsWith('*') ? answerRedis : answerPostgres;
      answer(socket, first, heard);
      socket.on('data', (chunk) => answer(socket, chunk, heard));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return {
    heard,
    dial: async (_host, port) => {
      const socket = connect(address.port, '127.0.0.1').on('error', () => undefined);
      await new Promise((resolve) => {
        socket.once('connect', resolve);
      });
      if (port === 587) socket.write('mail\n');
      return socket;
    },
    close: () => {
      server.close();
      grpc.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * One line that repeats the text: plain, and in the encodings of URLs, JSON, HTML, base64 and hexadecimal. Logins in
 * base64 are decoded too.
 */
function echoOf(heard: string[], text: string): string {
  heard.push(text);
  const login = /basic ([A-Za-z0-9+/=]+)/i.exec(text)?.[1];
  const decoded = login === undefined ? '' : Buffer.from(login, 'base64').toString();
  const words = [...text.split(/[\r\n\0]+/), decoded, decoded.slice(decoded.indexOf(':') + 1)];
  const sent = words.filter((word) => word.length > 3 && !HTTP.test(word)).map((word) => word.replace(/^[\w-]+: /, ''));
  return sent
    .flatMap((word) => [
      word,
      encodeURIComponent(word),
      JSON.stringify(word),
      word
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;'),
      Buffer.from(word).toString('base64'),
      Buffer.from(`a:${word}`).toString('base64url'),
      Buffer.from(word).toString('hex'),
    ])
    .join(' ');
}

function answerHttp(socket: Socket, chunk: Buffer, heard: string[]): void {
  const said = echoOf(heard, chunk.toString('utf8'));
  const body = JSON.stringify({ error: said, message: said, code: said, status: { error: said } });
  const head = ['HTTP/1.1 400 Bad', 'content-type: application/json', `content-length: ${Buffer.byteLength(body)}`];
  socket.end(`${[...head, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
}

function answerRedis(socket: Socket, chunk: Buffer, heard: string[]): void {
  const words = chunk
    .toString('utf8')
    .split('\r\n')
    .filter((word) => !/^[*$]\d+$/.test(word));
  socket.write(`-ERR what is ${echoOf(heard, words.join('\n'))}\r\n`.repeat(commandsIn(chunk)));
}

function commandsIn(chunk: Buffer): number {
  return chunk.toString('latin1').match(/^\*\d+\r$/gm)?.length ?? 1;
}

function answerMail(socket: Socket, heard: string[]): void {
  socket.write('220 echo ESMTP\r\n');
  socket.on('data', (chunk) => {
    const text = chunk.toString('utf8').trim();
    if (text.startsWith('EHLO')) socket.write('250-echo\r\n250 AUTH PLAIN LOGIN\r\n');
    else if (/^AUTH PLAIN /.test(text)) {
      const sent = Buffer.from(text.slice(11), 'base64').toString();
      socket.write(`535 5.7.8 ${echoOf(heard, `${text.slice(11)}\n${sent}`)}\r\n`);
    } else socket.write(`500 ${echoOf(heard, text)}\r\n`);
  });
}

/**
 * Requests the password in clear text and repeats it in the error:
 * https://www.postgresql.org/docs/current/protocol-message-formats.html.
 */
function answerPostgres(socket: Socket, chunk: Buffer, heard: string[]): void {
  if (chunk.length === 8) return void socket.write('N');
  if (chunk[0] !== 0x70) return void socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
  const said = echoOf(heard, chunk.subarray(5).toString('utf8'));
  const fields = Buffer.from(`SFATAL\0VFATAL\0C28P01\0Mno login with ${said}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(fields.length + 4, 1);
  socket.end(Buffer.concat([head, fields]));
}
