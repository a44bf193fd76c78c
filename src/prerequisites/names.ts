import type { Deployment } from '../deployment/schema/deployment.ts';
import { type CaOwner, caCertificates } from '../render/dify-env/ca-certificates.ts';

/** A public name of Dify, and what must be done for it. */
export interface NameNeed {
  readonly host: string;
  /** What it serves: console, api, app, files, trigger. */
  readonly parts: readonly string[];
  readonly ports: readonly number[];
  readonly tls: boolean;
}

/** A certificate that must be created. */
export interface CertificateNeed {
  readonly names: readonly string[];
  /** Where it must be stored. */
  readonly place: string;
}

/** Every public host once. */
export function nameNeeds({ urls }: Deployment): readonly NameNeed[] {
  const parts = Object.entries({ ...urls, trigger: urls.trigger ?? urls.api }).map(([part, address]) => ({
    part,
    url: new URL(address),
  }));
  const hosts = [...new Set(parts.map(({ url }) => url.hostname))];
  return hosts.map((host) => {
    const own = parts.filter(({ url }) => url.hostname === host);
    return {
      host,
      parts: own.map(({ part }) => part),
      ports: [...new Set(own.map(({ url }) => portOf(url)))],
      tls: own.some(({ url }) => url.protocol === 'https:'),
    };
  });
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}

/** The public certificate, with every name that it must contain; empty if all addresses are http. */
export function certificateNeeds(deployment: Deployment): readonly CertificateNeed[] {
  const names = nameNeeds(deployment).filter(({ tls }) => tls);
  if (names.length === 0) return [];
  return [{ names: names.map(({ host }) => host), place: placeOf(deployment) }];
}

function placeOf({ target, name }: Deployment): string {
  if (target.type === 'compose') {
    return target.tls === undefined
      ? 'the proxy or load balancer in front of this host'
      : `${target.tls.certFile} (the whole chain) and ${target.tls.keyFile}, beside difyctl.yaml`;
  }
  const { issuer, secretName: secret } = target.ingress?.tls ?? {};
  if (issuer !== undefined && secret !== undefined) {
    return `${issuer.kind} ${issuer.name} of cert-manager, which creates Secret ${secret} in namespace ${target.namespace}`;
  }
  return secret === undefined
    ? 'the ingress controller or load balancer in front of the cluster'
    : `Secret ${secret} of type kubernetes.io/tls in namespace ${target.namespace}: kubectl -n ${target.namespace} create secret tls ${secret} --cert=fullchain.pem --key=${name}.key`;
}

/** Files of private authorities that the processes must trust, by the service that they belong to. */
export function caCertificateNeeds(deployment: Deployment): readonly { readonly of: string; readonly file: string }[] {
  return caCertificates(deployment).map(({ owner, path }) => ({ of: SERVICES[owner], file: path }));
}

const SERVICES: Readonly<Record<CaOwner, string>> = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  objectStorage: 'the object storage',
  vectorStore: 'the vector store',
};
