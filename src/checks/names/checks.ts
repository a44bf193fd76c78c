import type { Check } from '../check.ts';
import { namesCertificate } from './certificate.ts';
import { namesCertificateFiles } from './certificate-files.ts';
import { namesDns } from './dns.ts';
import { namesTlsSecret } from './tls-secret.ts';

/** Public names and what stands behind them. */
export const namesChecks: readonly Check[] = [namesDns, namesCertificate, namesCertificateFiles, namesTlsSecret];
