import type { Mail } from '../../deployment/schema/mail.ts';
import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';

/** For each TLS mode, Dify's two switches: SMTP_USE_TLS and SMTP_OPPORTUNISTIC_TLS. */
const SMTP_TLS = {
  none: [false, false],
  starttls: [true, true],
  implicit: [true, false],
} as const;

/** Outgoing mail in the variables of api and worker. Without MAIL_TYPE, Dify sends no mail. */
export function mailEnv(mail: Mail): readonly EnvEntry[] {
  switch (mail.provider) {
    case 'none':
      return [];
    case 'smtp': {
      const { smtp } = mail;
      const [tls, opportunistic] = SMTP_TLS[smtp.tls];
      return [
        literal('MAIL_TYPE', 'smtp'),
        literal('MAIL_DEFAULT_SEND_FROM', smtp.from),
        literal('SMTP_SERVER', smtp.host),
        literal('SMTP_PORT', smtp.port),
        literal('SMTP_USERNAME', smtp.username ?? ''),
        smtp.password === undefined ? literal('SMTP_PASSWORD', '') : secret('SMTP_PASSWORD', 'mail.smtp.password'),
        literal('SMTP_USE_TLS', tls),
        literal('SMTP_OPPORTUNISTIC_TLS', opportunistic),
      ];
    }
    case 'resend':
      return [
        literal('MAIL_TYPE', 'resend'),
        literal('MAIL_DEFAULT_SEND_FROM', mail.resend.from),
        secret('RESEND_API_KEY', 'mail.resend.apiKey'),
        literal('RESEND_API_URL', mail.resend.apiUrl),
      ];
  }
}
