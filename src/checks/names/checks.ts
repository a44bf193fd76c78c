import type { Check } from '../check.ts';
import { namesBodySize } from './body-size.ts';
import { namesCertificate } from './certificate.ts';
import { namesCertificateFiles } from './certificate-files.ts';
import { namesDns } from './dns.ts';
import { namesEgress } from './egress.ts';
import { namesFilesUrl } from './files-url.ts';
import { namesForwarded } from './forwarded.ts';
import { namesHosts } from './hosts.ts';
import { namesLoopback } from './loopback.ts';
import { namesProxy } from './proxy.ts';
import { namesSameSite } from './same-site.ts';
import { namesSchemes } from './schemes.ts';
import { namesSsrfProxy } from './ssrf-proxy.ts';
import { namesTimeouts } from './timeouts.ts';
import { namesTlsSecret } from './tls-secret.ts';

/** Checks of the public names and of what serves them. */
export const namesChecks: readonly Check[] = [
  namesDns,
  namesHosts,
  namesLoopback,
  namesSchemes,
  namesSameSite,
  namesFilesUrl,
  namesBodySize,
  namesTimeouts,
  namesForwarded,
  namesProxy,
  namesSsrfProxy,
  namesEgress,
  namesCertificate,
  namesCertificateFiles,
  namesTlsSecret,
];
