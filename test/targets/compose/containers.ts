import type { Container } from '../../../src/targets/compose/containers.ts';

/** A healthy container, changed as a test needs it. */
export function container(service: string, changes: Partial<Container> = {}): Container {
  return {
    id: `id-${service}`,
    name: `dify-${service}-1`,
    service,
    configHash: 'abc',
    state: 'running',
    health: 'healthy',
    healthOutput: '',
    exitCode: 0,
    restarts: 0,
    startedAt: '2026-11-22T06:49:19Z',
    home: '/srv/dify',
    ...changes,
  };
}
