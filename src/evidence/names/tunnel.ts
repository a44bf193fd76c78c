import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dial } from '../../net/dial.ts';
import { ProbeError } from '../../net/probe-error.ts';

/**
 * Dials through an HTTP proxy (CONNECT). Throws ProbeError: `resolve` or `connect` if the proxy itself cannot be
 * reached, `login` if it requires a login, `use` if it does not connect to the target.
 */
export function dialThrough(dial: Dial, proxy: URL): Dial {
  return async (host, port, options) => {
    const stream = await dial(proxy.hostname, proxy.port === '' ? 80 : Number(proxy.port), options);
    const { status, head } = await connectBy(stream, `${host}:${port}`, options.signal).catch((error: unknown) => {
      stream.destroy();
      const code = options.signal.aborted ? 'ETIMEDOUT' : String((error as NodeJS.ErrnoException).code ?? 'EPROTO');
      throw new ProbeError('use', code, `does not connect to ${host}: it does not answer as a proxy (${code})`);
    });
    if (status !== 200) {
      stream.destroy();
      if (status === 407) throw new ProbeError('login', '407', 'requires a login');
      throw new ProbeError('use', String(status), `does not connect to ${host} (${status})`);
    }
    if (head.length > 0) stream.unshift(head);
    return stream;
  };
}

function connectBy(
  stream: Duplex,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly head: Buffer }> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({
      createConnection: () => stream,
      method: 'CONNECT',
      path,
      headers: { host: path, 'user-agent': 'difyctl' },
      signal,
    });
    asked.once('connect', ({ statusCode = 0 }, _socket, head) => resolve({ status: statusCode, head }));
    // `on`, not `once`: several errors may come, and one without a listener ends the process.
    asked.on('error', reject);
    asked.end();
  });
}
