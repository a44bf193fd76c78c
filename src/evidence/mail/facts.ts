import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { type CollectContext, evidenceKey } from '../evidence.ts';

/** Inputs of a mail probe; `limitMs` for the connection, for TLS, and for each answer. */
export interface MailContext extends Pick<CollectContext, 'dial' | 'signal'> {
  readonly limitMs: number;
}

export interface RefusalFact {
  readonly code: number;
  /** In the server's own words. */
  readonly text: string;
}

/** A mail server, probed up to the point before a message would be sent. */
export interface SmtpFact {
  readonly kind: 'smtp';
  /** `host:port`. */
  readonly address: string;
  /** The error that ended the probe; absent if it completed. */
  readonly fault?: FaultFact;
  readonly certificate?: CertificateFact;
  /** Login methods that it offers: `PLAIN`, `LOGIN`. */
  readonly logins: readonly string[];
  /** Why it refuses the sender; absent if it accepts the sender, or was not asked. */
  readonly senderRefusal?: RefusalFact;
  /** Why it refuses recipients of other domains; absent if it accepts them, or refuses for another reason. */
  readonly relayRefusal?: RefusalFact;
}

/** Resend, asked for the domains of the account; nothing is sent. */
export interface ResendFact {
  readonly kind: 'resend';
  readonly address: string;
  /**
   * `placeholder`: from an example. `published`: from upstream's own files. `foreign`: not a form that Resend issues.
   * Only a `key` is tried.
   */
  readonly form: 'key' | 'placeholder' | 'published' | 'foreign' | 'unresolved';
  readonly fault?: FaultFact;
  /** `sending`: the key may send, but may not list domains. */
  readonly rights?: 'full' | 'sending';
  /** Domains of the account; absent if the key may not list them. */
  readonly domains?: readonly { readonly name: string; readonly status: string }[];
}

export type MailFacts = SmtpFact | ResendFact;
export const MAIL = evidenceKey<MailFacts>('mail', 1);
