import type { Deployment } from '../../deployment/schema/deployment.ts';

/** One public origin, and the fields of the file that name it. */
export interface PublicOrigin {
  readonly url: string;
  /** Without brackets and port. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** `urls.console`, … */
  readonly fields: readonly string[];
}

/** Each public origin of the file once. */
export function publicOrigins({ urls }: Deployment): readonly PublicOrigin[] {
  const fields = new Map<string, string[]>();
  for (const [name, address] of Object.entries(urls)) {
    if (address === undefined) continue;
    const { origin } = new URL(address);
    fields.set(origin, [...(fields.get(origin) ?? []), `urls.${name}`]);
  }
  return [...fields].map(([origin, named]) => {
    const url = new URL(origin);
    const isSecure = url.protocol === 'https:';
    const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
    return { url: origin, host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, isSecure, fields: named };
  });
}
