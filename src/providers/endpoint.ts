/** A host and a port that Dify connects to. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** The port of a URL, or the default of its scheme. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}

export function endpointOf(url: URL): HostPort {
  return { host: url.hostname, port: portOf(url) };
}

/** Parses a URL. If its text has no port, the port is `missing`. (`URL` hides a port that is its scheme's default.) */
export function withPort(text: string, missing: number): URL {
  const url = new URL(text);
  if (!/^[a-z]+:\/\/[^/]*:\d+(\/|$)/.test(text)) url.port = String(missing);
  return url;
}
