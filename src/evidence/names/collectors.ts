import type { Collector } from '../evidence.ts';
import { certificateFilesCollector } from './certificate-files.ts';
import { namesDnsCollector } from './dns.ts';
import { namesEgressCollector } from './egress-collector.ts';
import { publicTlsCollector } from './public-tls.ts';
import { namesSettingsCollector } from './settings-collector.ts';
import { tlsSecretCollector } from './tls-secret.ts';

export const namesCollectors: readonly Collector<unknown>[] = [
  namesDnsCollector,
  namesSettingsCollector,
  namesEgressCollector,
  publicTlsCollector,
  certificateFilesCollector,
  tlsSecretCollector,
];
