import { shellWord } from '../../base/shell-word.ts';
import { MAIL, type ResendFact, type SmtpFact } from '../../evidence/mail/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { endedBefore, withMail } from './context.ts';

export const mailLogin: Check = {
  id: 'mail.login',
  title: 'the mail service lets Dify in',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: withMail,
  requires: [MAIL],
  remedy:
    'fix mail.smtp.username and what mail.smtp.password refers to; some services want a password made for applications',
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
    if (smtp?.username === undefined) return pass(`${address} greets; no login is set`, expected);
    return pass(`${address} lets ${smtp.username} in (${listed(logins)})`, expected);
  }
  const observed = `${address} ${seen.text}`;
  // RFC 4954: 538 means that this login requires encryption; many servers send 530 instead.
  const wantsTls = seen.code === '538' || seen.code === '530' || seen.code === 'NOAUTH';
  if (wantsTls && smtp?.tls === 'none') {
    return finding('fail', {
      observed,
      expected,
      remedy: 'set mail.smtp.tls: starttls; many servers offer a login under TLS alone',
    });
  }
  if (seen.code === 'NOAUTH') {
    return finding('fail', {
      observed,
      expected,
      remedy: 'leave mail.smtp.username and password out, or use the port for submission (587)',
    });
  }
  if (seen.stage === 'login' && !/^4/.test(seen.code)) return finding('fail', { observed, expected });
  const isPassing = /^4\d\d$/.test(seen.code);
  return finding(isPassing ? 'warn' : 'fail', {
    observed,
    expected,
    remedy: `openssl s_client or nc to ${shellWord(address)} shows what it says`,
  });
}

function judgeKey({ form, fault: seen, address, rights }: ResendFact): Judgement {
  const expected = 'a key of Resend, re_…';
  const remedy = 'make a key at resend.com/api-keys, and set what mail.resend.apiKey refers to';
  if (form === 'unresolved') return notReached('config.secrets');
  if (form === 'published') return notReached('config.published-secrets');
  if (form === 'placeholder')
    return finding('fail', { observed: 'mail.resend.apiKey is a placeholder from an example', expected, remedy });
  if (form === 'foreign')
    return finding('fail', { observed: 'mail.resend.apiKey is no key that Resend gives out', expected, remedy });
  if (seen !== undefined) {
    const isRefusal = seen.stage === 'login';
    const step = isRefusal ? remedy : 'check resend-status.com, and run it again';
    return finding(isRefusal ? 'fail' : 'warn', {
      observed: `${address} ${seen.text}`,
      expected: 'the key is accepted',
      remedy: step,
    });
  }
  return pass(
    rights === 'sending' ? 'the key is accepted; it may send, and nothing else' : 'the key is accepted',
    'the key is accepted',
  );
}
