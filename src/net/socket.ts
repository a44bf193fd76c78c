import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A dialled stream for a library that wants a socket: one that is none, such as a relay's, gets the settings of a socket as no-ops. */
export function asSocket(stream: Duplex): Socket {
  if (isSocket(stream)) return stream;
  const nothing = () => stream;
  const settings = { setKeepAlive: nothing, setNoDelay: nothing, setTimeout: nothing, ref: nothing, unref: nothing };
  const dressed: Duplex = Object.assign(stream, { connecting: false, ...settings });
  if (isSocket(dressed)) return dressed;
  throw new TypeError('not a stream');
}

function isSocket(stream: Duplex): stream is Socket {
  return stream instanceof Socket || ('setKeepAlive' in stream && 'setTimeout' in stream);
}
