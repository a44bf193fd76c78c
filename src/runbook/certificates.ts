import { resolve } from 'node:path';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { caCertificates } from '../render/dify-env/ca-certificates.ts';
import type { RunbookInput } from './input.ts';

const SERVICES = {
  postgres: 'PostgreSQL',
  redis: 'Redis',
  objectStorage: 'object storage',
  vectorStore: 'vector store',
} as const;

/** Values about the certificate of the public addresses, and the authorities of data services. */
export function certificateValues({ deployment, baseDirectory }: RunbookInput) {
  const { target, urls } = deployment;
  const origins = new Set(Object.values(urls).filter((url) => url?.startsWith('https:')));
  const tls = target.type === 'kubernetes' ? target.ingress?.tls : undefined;
  const files = target.type === 'compose' ? target.tls : undefined;
  const hasHttps = origins.size > 0;
  return {
    hasHttps,
    publicHosts: [...origins].map((origin) => {
      const { hostname, port } = new URL(String(origin));
      return { host: hostname, port: port === '' ? '443' : port };
    }),
    tlsSecret: tls?.secretName ?? '',
    hasIssuer: tls?.issuer !== undefined,
    issuer: tls?.issuer?.name ?? '',
    issuerKind: tls?.issuer?.kind ?? '',
    ownTlsSecret: tls !== undefined && tls.issuer === undefined,
    tlsFiles: files !== undefined,
    certFile: files === undefined ? '' : resolve(baseDirectory, files.certFile),
    keyFile: files === undefined ? '' : resolve(baseDirectory, files.keyFile),
    tlsElsewhere: tls === undefined && files === undefined,
    tlsPlace: tlsPlace(target),
    hasAuthorities: caCertificates(deployment).length > 0,
    authorities: caCertificates(deployment).map(({ owner, path }) => ({
      service: SERVICES[owner],
      path: resolve(baseDirectory, path),
    })),
  };
}

/** What ends TLS if the deployment itself does not. */
function tlsPlace(target: Deployment['target']): string {
  if (target.type === 'compose') return 'the server in front of the host';
  if (target.httpRoute !== undefined) return `the Gateway ${target.httpRoute.gateway.name}`;
  if (target.loadBalancer !== undefined) return 'the load balancer';
  return 'the ingress controller or what is in front of it';
}
