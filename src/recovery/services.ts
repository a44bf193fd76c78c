import { SYNCHRONOUS_STANDBY } from './figures.ts';

/**
 * What a vendor publishes about a redundant data service: seconds of a failover, and the availability promised, per
 * cent of a month.
 */
interface ServiceFigure {
  readonly service: 'postgres' | 'redis';
  /** The product, whose own commands restore it. Undefined for Redis, which stores no work. */
  readonly vendor?: 'aurora' | 'rds' | 'azure' | 'cloud-sql';
  /** Matches `managed.by` in lower case. */
  readonly names: RegExp;
  readonly seconds: number;
  readonly availability: number;
  readonly source: string;
}

/**
 * From the vendors' own pages, or their published sources and copies, as read in November 2026. The first match counts.
 * If a page makes several promises and the file does not say which one holds, the lowest counts. What no page says is
 * called an estimate.
 */
const SERVICES: readonly ServiceFigure[] = [
  {
    service: 'postgres',
    vendor: 'aurora',
    names: /aurora/,
    seconds: 60,
    availability: 99.99,
    source:
      'docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html: mostly under 60 s with a replica; ' +
      'aws.amazon.com/rds/aurora/sla, two zones: 99.99 %',
  },
  {
    service: 'postgres',
    vendor: 'rds',
    names: /rds|aws|amazon/,
    seconds: 120,
    availability: 99.95,
    // A Multi-AZ cluster of three takes under 35 s; the file does not distinguish it from an instance with one standby.
    source:
      'docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html: mostly 60 to 120 s; aws.amazon.com/rds/sla, Multi-AZ: 99.95 %',
  },
  {
    service: 'postgres',
    vendor: 'azure',
    names: /azure/,
    seconds: 120,
    availability: 99.95,
    source:
      'learn.microsoft.com/azure/reliability/reliability-postgresql-flexible-server: 60 to 120 s; standby in the same zone 99.95 % (in another one 99.99 %)',
  },
  {
    service: 'postgres',
    vendor: 'cloud-sql',
    names: /cloud-?sql|gcp|google/,
    seconds: 120,
    availability: 99.95,
    source:
      'cloud.google.com/sql/docs/postgres/high-availability: about 60 s to detect, and an estimated 60 s to take over; ' +
      'cloud.google.com/sql/sla, Enterprise edition: 99.95 % (Enterprise Plus 99.99 %)',
  },
  {
    service: 'redis',
    names: /elasticache|memorydb|aws|amazon/,
    seconds: 60,
    availability: 99.99,
    source:
      'aws.amazon.com/elasticache/sla and aws.amazon.com/memorydb/sla, Multi-AZ: 99.99 %; a minute to fail over is an estimate',
  },
  {
    service: 'redis',
    names: /memorystore|gcp|google/,
    seconds: 60,
    availability: 99.9,
    source:
      'cloud.google.com/memorystore/sla, Redis in the standard tier: 99.9 %; a minute to fail over is an estimate',
  },
  {
    service: 'redis',
    names: /azure/,
    seconds: 15,
    availability: 99.9,
    source:
      'learn.microsoft.com/azure/azure-cache-for-redis/cache-failover: mostly 10 to 15 s; cache-high-availability there: 99.9 %',
  },
];

/** A failover that operators built themselves is assumed to take as long as the managed ones. */
export const OWN_FAILOVER = { seconds: SYNCHRONOUS_STANDBY.rto, source: SYNCHRONOUS_STANDBY.source } as const;

/** The published figures of a managed service, by the name in the file; undefined if it is not listed here. */
export function managedFigure(service: 'postgres' | 'redis', by: string): ServiceFigure | undefined {
  return SERVICES.find((figure) => figure.service === service && figure.names.test(by.toLowerCase()));
}
