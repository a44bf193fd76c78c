import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** What a front does with a request instead of forwarding it. `hang`: accepts it and never answers. */
export type FrontAnswer =
  | 'hang'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

/**
 * A proxy in front of a real server. It answers some requests itself, as gateways do, and forwards all others
 * unchanged.
 */
interface HttpFront {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Listens on 127.0.0.1, in front of 127.0.0.1:`port`. `decide` returns the front's own answer, or undefined to forward
 * the request.
 */
export async function startHttpFront(
  port: number,
  decide: (asked: IncomingMessage) => FrontAnswer | undefined,
): Promise<HttpFront> {
  const handle = (asked: IncomingMessage, answer: ServerResponse): void => {
    const own = decide(asked);
    if (own === 'hang') return;
    if (own !== undefined) {
      answer.writeHead(own.status, { connection: 'close', ...own.headers }).end(own.body ?? '');
      return;
    }
    const { method, url: path, headers } = asked;
    const passed = request({ host: '127.0.0.1', port, method, path, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on('continue', () => answer.writeContinue());
    passed.on('error', () => answer.destroy());
    passed.flushHeaders();
    asked.pipe(passed);
  };
  const server = createServer(handle).on('checkContinue', handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
