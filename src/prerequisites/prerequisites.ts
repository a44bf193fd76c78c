import type { Deployment } from '../deployment/schema/deployment.ts';
import { type BucketNeed, bucketNeed } from './buckets.ts';
import { type ConnectionNeed, connectionNeeds, connectionNotes } from './connections.ts';
import { databaseServers, type ServerNeed } from './databases.ts';
import { type EgressNeed, egressNeeds } from './egress.ts';
import { type CertificateNeed, caCertificateNeeds, certificateNeeds, type NameNeed, nameNeeds } from './names.ts';

/** What others must prepare before an install, from the file alone. */
export interface Prerequisites {
  readonly deployment: string;
  readonly databases: readonly ServerNeed[];
  readonly objectStorage?: BucketNeed;
  readonly connections: readonly ConnectionNeed[];
  readonly connectionNotes: readonly string[];
  readonly egress: readonly EgressNeed[];
  readonly names: readonly NameNeed[];
  readonly certificates: readonly CertificateNeed[];
  readonly authorities: ReturnType<typeof caCertificateNeeds>;
}

/** Everything that the database, cloud, network and platform people must do. Pure; contains no secret. */
export function prerequisitesOf(deployment: Deployment): Prerequisites {
  const objectStorage = bucketNeed(deployment);
  return {
    deployment: deployment.name,
    databases: databaseServers(deployment),
    ...(objectStorage === undefined ? {} : { objectStorage }),
    connections: connectionNeeds(deployment),
    connectionNotes: connectionNotes(deployment),
    egress: egressNeeds(deployment),
    names: nameNeeds(deployment),
    certificates: certificateNeeds(deployment),
    authorities: caCertificateNeeds(deployment),
  };
}
