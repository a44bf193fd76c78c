import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Returns a dialled stream for a library that needs a socket. If the stream is not a socket, such as a relay's, it gets
 * a socket's settings as no-ops.
 */
export function asSocket(stream: Duplex): Socket {
  if (isSocket(stream)) return stream;
  const nothing = () => stream;
  const settings = { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing, ref: nothing, unref: nothing };
  const withSettings: Duplex = Object.assign(stream, { connecting: false, ...settings });
  if (isSocket(withSettings)) return withSettings;
  throw new TypeError('not a stream');
}

function isSocket(stream: Duplex): stream is Socket {
  return stream instanceof Socket || ('setKeepAlive' in stream && 'setTimeout' in stream);
}
