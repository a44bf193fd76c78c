import { shellWord } from '../../base/shell-word.ts';
import { MAIL, type ResendFact, type SmtpFact } from '../../evidence/mail/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { endedBefore, withMail } from './context.ts';

export const mailLogin: Check = {
  id: 'mail.login',
  title: 'the mail service accepts the login of Dify',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: withMail,
  requires: [MAIL],
  remedy: 'fix mail.smtp.username and what mail.smtp.password refers to; some services require an app password',
  judge: (context) => {
    const found = context.evidence(MAIL);
    const ended = endedBefore(found.fault, 'login');
    if (ended !== undefined) return ended;
    if (found.kind === 'resend') return judgeKey(found);
    const { mail } = deploymentOf(context);
    return judgeServer(found, mail.provider === 'smtp' ? mail.smtp : undefined);
  },
};

function judgeServer(
  found: SmtpFact,
  smtp: { readonly username?: string | undefined; readonly tls: string } | undefined,
): Judgement {
  const expected = 'a greeting, and a login that is accepted';
  const { fault: seen, address, logins } = found;
  if (seen === undefined) {
    if (smtp?.username === undefined) return pass(`${address} greets; no login is configured`, expected);
    return pass(`${address} accepts the login of ${smtp.username} (${listed(logins)})`, expected);
  }
  const observed = `${address} ${seen.text}`;
  // RFC 4954: 538 means that this login requires encryption; many servers send 530 instead.
  const wantsTls = seen.code === '538' || seen.code === '530' || seen.code === 'NOAUTH';
  if (wantsTls && smtp?.tls === 'none') {
    return finding('fail', {
      observed,
      expected,
      remedy: 'set mail.smtp.tls: starttls; many servers offer a login only over TLS',
    });
  }
  if (seen.code === 'NOAUTH') {
    return finding('fail', {
      observed,
      expected,
      remedy: 'remove mail.smtp.username and mail.smtp.password, or use the submission port (587)',
    });
  }
  if (seen.stage === 'login' && !/^4/.test(seen.code)) return finding('fail', { observed, expected });
  const isPassing = /^4\d\d$/.test(seen.code);
  return finding(isPassing ? 'warn' : 'fail', {
    observed,
    expected,
    remedy: `openssl s_client or nc to ${shellWord(address)} shows the answer of the server`,
  });
}

function judgeKey({ form, fault: seen, address, rights }: ResendFact): Judgement {
  const expected = 'a Resend API key (re_…)';
  const remedy = 'create a key at resend.com/api-keys, and set what mail.resend.apiKey refers to';
  if (form === 'unresolved') return notReached('config.secrets');
  if (form === 'published') return notReached('config.published-secrets');
  if (form === 'placeholder')
    return finding('fail', { observed: 'mail.resend.apiKey is a placeholder from an example', expected, remedy });
  if (form === 'foreign')
    return finding('fail', { observed: 'mail.resend.apiKey is not a Resend API key', expected, remedy });
  if (seen !== undefined) {
    const isRefusal = seen.stage === 'login';
    const step = isRefusal ? remedy : 'check resend-status.com, then re-run difyctl';
    return finding(isRefusal ? 'fail' : 'warn', {
      observed: `${address} ${seen.text}`,
      expected: 'the key is accepted',
      remedy: step,
    });
  }
  return pass(
    rights === 'sending' ? 'the key is accepted; it may only send' : 'the key is accepted',
    'the key is accepted',
  );
}
