import type { Redact } from '../../base/redact.ts';
import type { Docker, ProjectRef } from '../../exec/docker.ts';

/** The inputs of every part of the Compose target. */
export interface Connection {
  readonly docker: Docker;
  readonly project: ProjectRef;
  readonly redact: Redact;
  /** Milliseconds. */
  readonly now: () => number;
}
