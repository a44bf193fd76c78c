import type { Mail } from '../../../deployment/schema/mail.ts';
import {
  API_PROCESSES,
  type ChartBlock,
  given,
  literals,
  SECRET_PLACEHOLDER,
  secretPlaceholder,
} from '../../../providers/chart-block.ts';
import { mailEnv } from '../../dify-env/mail.ts';

/**
 * Outgoing mail. The chart has one key per setting. Its default is a provider with a placeholder key; an empty `type`
 * turns mail off.
 */
export function mailBlock(mail: Mail): ChartBlock {
  return { values: { api: { mail: mailValues(mail) } }, gives: given(API_PROCESSES, literals(mailEnv(mail))) };
}

function mailValues(mail: Mail): ChartBlock['values'] {
  switch (mail.provider) {
    case 'none':
      return { type: '', resend: { apiKey: '' }, smtp: { username: '', password: '' } };
    case 'resend':
      return {
        type: 'resend',
        defaultSender: mail.resend.from,
        resend: { apiKey: SECRET_PLACEHOLDER, apiUrl: mail.resend.apiUrl },
      };
    case 'smtp':
      return {
        type: 'smtp',
        defaultSender: mail.smtp.from,
        smtp: {
          server: mail.smtp.host,
          port: mail.smtp.port,
          username: mail.smtp.username ?? '',
          password: secretPlaceholder(mail.smtp.password),
          tls: { enabled: mail.smtp.tls !== 'none', optimistic: mail.smtp.tls === 'starttls' },
        },
      };
  }
}
