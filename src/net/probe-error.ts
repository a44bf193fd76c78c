/**
 * How far a probe came before it failed: the name did not resolve, the port did not connect, TLS was not agreed on, the login was refused, or what
 * was asked after it was.
 */
export type ProbeStage = 'resolve' | 'connect' | 'tls' | 'login' | 'use';

/** A failed probe as plain data, savable; never a secret in `text`. */
export interface FaultFact {
  readonly stage: ProbeStage;
  /** The system's or the server's own code: `ECONNREFUSED`, `28P01`, `WRONGPASS`, `403`. `ETIMEDOUT` where nothing answered in time. */
  readonly code: string;
  /** What was observed, in words that can stand in a message. */
  readonly text: string;
}

/** Thrown inside probes; a collector records its `fact` as evidence. */
export class ProbeError extends Error {
  readonly fact: FaultFact;

  constructor(stage: ProbeStage, code: string, text: string) {
    super(text);
    this.name = 'ProbeFault';
    this.fact = { stage, code, text };
  }
}

/** What a thrown thing says of the stage in which it was thrown. A mistake of our own is thrown again: no service is blamed for it. */
export function faultOf(error: unknown, stage: ProbeStage): FaultFact {
  if (error instanceof ProbeError) return error.fact;
  if (isMistake(error)) throw error;
  const thrown: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  const { code, name, message } = thrown;
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ABORT_ERR') {
    return { stage, code: 'ETIMEDOUT', text: 'does not answer in time' };
  }
  return { stage, code: code ?? name, text: message };
}

/** JavaScript's own kinds of error, where neither the system nor a library gave a code. */
function isMistake(error: unknown): boolean {
  const isOwnKind = error instanceof TypeError || error instanceof ReferenceError;
  return isOwnKind && !('code' in error);
}
