import type { EngineFact } from '../../src/evidence/host/engine.ts';
import { GIB } from './cluster-facts.ts';

/** A healthy engine on a machine of the documented size. */
export function engineFact(over: Partial<EngineFact> = {}): EngineFact {
  return {
    version: '27.3.1',
    name: 'dify-host',
    location: 'local',
    cpu: 8,
    memory: 31 * GIB,
    limits: {},
    os: 'linux',
    architecture: 'x86_64',
    cgroup: '2',
    security: ['apparmor', 'seccomp'],
    clockAhead: 0,
    pulls: { proxied: false, mirrored: false, insecure: [] },
    dataRoot: '/var/lib/docker',
    disk: { size: 200 * GIB, free: 100 * GIB, inodes: 1_000_000, freeInodes: 900_000 },
    ...over,
  };
}
