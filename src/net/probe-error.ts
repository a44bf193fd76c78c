/**
 * The stage at which a probe failed: the name did not resolve, the port did not connect, the TLS handshake failed, the
 * login was refused, or a request after the login failed.
 */
export type ProbeStage = 'resolve' | 'connect' | 'tls' | 'login' | 'use';

/** A failed probe as plain data that can be saved. `text` never holds a secret. */
export interface FaultFact {
  readonly stage: ProbeStage;
  /**
   * The system's or the server's own code: `ECONNREFUSED`, `28P01`, `WRONGPASS`, `403`. `ETIMEDOUT` if there was no
   * answer in time.
   */
  readonly code: string;
  /** What was observed, in words for a message. */
  readonly text: string;
}

/** Thrown by probes. A collector records its `fact` as evidence. */
export class ProbeError extends Error {
  readonly fact: FaultFact;

  constructor(stage: ProbeStage, code: string, text: string) {
    super(text);
    this.name = 'ProbeError';
    this.fact = { stage, code, text };
  }
}

/**
 * Returns the fact of an error that was thrown in this stage. Rethrows programming errors, which are not failures of a
 * service.
 */
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

/** Returns true for JavaScript's own kinds of error without a code of the system or a library. */
function isMistake(error: unknown): boolean {
  const isOwnKind = error instanceof TypeError || error instanceof ReferenceError;
  return isOwnKind && !('code' in error);
}
