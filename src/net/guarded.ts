import { Duplex } from 'node:stream';
import { ProbeError } from './probe-error.ts';

/**
 * Checks the bytes of a server before a library reads them. `push` returns the bytes that the library may read now. It
 * throws ProbeError for bytes that no such server sends.
 */
export interface Inspector {
  push(chunk: Buffer): Buffer;
}

/**
 * Returns a stream for a library that parses a server's bytes. The library reads only bytes that `inspector` returns.
 * An error that it throws while it reads ends this connection instead of the process. `service` is the expected kind of
 * server, for the message.
 */
export function guarded(inner: Duplex, inspector: Inspector, service: string): Duplex {
  return new Guarded(inner, inspector, service);
}

/** Returns the error of a server that speaks another protocol, or violates its own. */
export function foreignFault(service: string): ProbeError {
  return new ProbeError('use', 'EPROTO', `answers, but not as ${service} does`);
}

class Guarded extends Duplex {
  readonly #inner: Duplex;
  readonly #service: string;
  #hasEnded = false;

  constructor(inner: Duplex, inspector: Inspector, service: string) {
    super({ allowHalfOpen: false });
    this.#inner = inner;
    this.#service = service;
    // The user of the stream adds its own listener. An error before that must not end the process.
    this.on('error', () => undefined);
    inner.on('data', (chunk: Buffer) => {
      if (this.destroyed) return;
      try {
        const bytes = inspector.push(chunk);
        if (bytes.length > 0 && !this.push(bytes)) inner.pause();
      } catch (error) {
        this.destroy(error instanceof ProbeError ? error : foreignFault(service));
      }
    });
    inner.on('end', () => {
      this.#hasEnded = true;
      this.push(null);
    });
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => {
      if (this.#hasEnded && !this.readableEnded) this.once('end', () => this.destroy());
      else this.destroy();
    });
    if (inner.destroyed) this.destroy();
  }

  /** Calls the library's listeners. An error that they throw is about the bytes they got. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...args);
    try {
      return super.emit(event, ...args);
    } catch {
      this.destroy(foreignFault(this.#service));
      return true;
    }
  }

  override _read(): void {
    this.#inner.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#inner.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }
}
