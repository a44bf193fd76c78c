import type { FaultFact } from '../../net/probe-error.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { type CollectContext, evidenceKey } from '../evidence.ts';

/** What a probe of mail may use; `limitMs` for the connection, for TLS, and for each answer. */
export interface MailContext extends Pick<CollectContext, 'dial' | 'signal'> {
  readonly limitMs: number;
}

export interface RefusalFact {
  readonly code: number;
  /** In the server's own words. */
  readonly text: string;
}

/** A mail server, spoken to until just before a letter would be given to it. */
export interface SmtpFact {
  readonly kind: 'smtp';
  /** `host:port`. */
  readonly address: string;
  /** How far the probe came; absent where it came through. */
  readonly fault?: FaultFact;
  readonly certificate?: CertificateFact;
  /** Ways to log in that it offers: `PLAIN`, `LOGIN`. */
  readonly logins: readonly string[];
  /** Why it takes no mail from the sender; absent where it does, or was not asked. */
  readonly senderRefusal?: RefusalFact;
  /** Why it takes nothing for other domains than its own; absent where it does, or says something else. */
  readonly relayRefusal?: RefusalFact;
}

/** Resend, asked for the domains of the account, which sends nothing. */
export interface ResendFact {
  readonly kind: 'resend';
  readonly address: string;
  /** `placeholder`: from an example. `published`: one that upstream's own files hold. `foreign`: of no form that Resend gives out. Only a `key` is tried. */
  readonly form: 'key' | 'placeholder' | 'published' | 'foreign' | 'unresolved';
  readonly fault?: FaultFact;
  /** `sending`: the key may send and may not list domains. */
  readonly rights?: 'full' | 'sending';
  /** Domains of the account, where the key may see them. */
  readonly domains?: readonly { readonly name: string; readonly status: string }[];
}

export type MailFacts = SmtpFact | ResendFact;
export const MAIL = evidenceKey<MailFacts>('mail', 1);
