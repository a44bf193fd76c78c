import { SYNCHRONOUS_STANDBY } from './figures.ts';

/** What a vendor publishes of a redundant data service: seconds of a failover, and the availability promised, per cent of a month. */
interface ServiceFigure {
  readonly service: 'postgres' | 'redis';
  /** What `managed.by` must hold, in lower case. */
  readonly names: RegExp;
  readonly seconds: number;
  readonly availability: number;
  readonly source: string;
}

/** From the vendors' own pages, as read for this version; the first that fits counts. */
const SERVICES: readonly ServiceFigure[] = [
  {
    service: 'postgres',
    names: /aurora/,
    seconds: 60,
    availability: 99.99,
    source: 'Amazon Aurora User Guide, "High availability": under 60 s with a replica; Aurora SLA 99.99 %',
  },
  {
    service: 'postgres',
    names: /rds|aws|amazon/,
    seconds: 120,
    availability: 99.95,
    source: 'AWS RDS User Guide, Multi-AZ: 60 to 120 s; RDS SLA 99.95 %',
  },
  {
    service: 'postgres',
    names: /azure/,
    seconds: 120,
    availability: 99.99,
    source: 'Azure Database for PostgreSQL, zone-redundant: 60 to 120 s, SLA 99.99 %',
  },
  {
    service: 'postgres',
    names: /cloud-?sql|gcp|google/,
    seconds: 120,
    availability: 99.95,
    source: 'Cloud SQL, high availability: about 60 s to notice and 60 s to take over; SLA 99.95 %',
  },
  {
    service: 'redis',
    names: /elasticache|memorydb|aws|amazon/,
    seconds: 60,
    availability: 99.99,
    source: 'Amazon ElastiCache, Multi-AZ: SLA 99.99 %',
  },
  {
    service: 'redis',
    names: /memorystore|gcp|google/,
    seconds: 60,
    availability: 99.9,
    source: 'Memorystore for Redis, standard tier: SLA 99.9 %',
  },
  {
    service: 'redis',
    names: /azure/,
    seconds: 60,
    availability: 99.9,
    source: 'Azure Cache for Redis, standard: SLA 99.9 %',
  },
];

/** A failover that somebody built by hand takes what the managed ones take, if it is well made. */
export const OWN_FAILOVER = { seconds: SYNCHRONOUS_STANDBY.rto, source: SYNCHRONOUS_STANDBY.source } as const;

/** What is published of a managed service by the name that the file gives it; undefined for one that is not listed here. */
export function managedFigure(service: 'postgres' | 'redis', by: string): ServiceFigure | undefined {
  return SERVICES.find((figure) => figure.service === service && figure.names.test(by.toLowerCase()));
}
