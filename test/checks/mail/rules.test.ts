import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { MAIL, type MailFacts, type SmtpFact } from '../../../src/evidence/mail/facts.ts';
import { resendKeyForm } from '../../../src/evidence/mail/resend.ts';
import type { FaultFact } from '../../../src/net/probe-error.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

function smtp(over: Partial<SmtpFact> = {}): SmtpFact {
  return { kind: 'smtp', address: 'smtp.example.internal:587', logins: ['PLAIN'], ...over };
}
const fault = (stage: FaultFact['stage'], code: string): Partial<SmtpFact> => ({
  fault: { stage, code, text: 'does not do' },
});

it.each<[id: string, evidence: MailFacts, over: JsonObject, status: string, words: RegExp]>([
  ['mail.login', smtp(), {}, 'pass', /accepts the login of dify \(PLAIN\)/],
  ['mail.login', smtp(fault('use', '421')), {}, 'warn', /does not do/],
  ['mail.login', smtp(fault('use', '554')), {}, 'fail', /does not do/],
  ['mail.login', smtp(fault('login', '454')), {}, 'warn', /does not do/],
  ['mail.login', smtp(fault('login', 'NOSECRET')), {}, 'skip', /see config\.secrets/],
  ['mail.login', smtp(fault('connect', 'ETIMEDOUT')), {}, 'skip', /see mail\.reachable/],
  ['mail.login', smtp(fault('login', '538')), { tls: 'none' }, 'fail', /does not do/],
  ['mail.login', smtp(fault('tls', 'IMPLICIT')), {}, 'skip', /see mail\.tls/],
  ['mail.tls', smtp(fault('tls', 'IMPLICIT')), {}, 'fail', /does not do/],
  ['mail.tls', smtp(fault('use', 'NOGREETING')), {}, 'skip', /see mail\.login/],
  ['mail.sender', smtp({ senderRefusal: { code: 451, text: 'later' } }), {}, 'warn', /451 later/],
  ['mail.sender', smtp(fault('login', '535')), {}, 'skip', /see mail\.login/],
])('%s %#', (id, evidence, over, status, words) => {
  const file = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
  const deployment = parsedDeployment({ ...file, mail: { ...file.mail, smtp: { ...file.mail.smtp, ...over } } });
  const result = judged(checkOf(id), { deployment, seen: [[MAIL, evidence]] });
  expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
});

it.each([
  ['re_Ab3dEf6h_Jk9mNpQrStUvWxYz12345', 'key'],
  ['re_123456789', 'placeholder'],
  ['re_xxxxxxxx_xxxxxxxxxxxx', 'placeholder'],
  ['re_your_api_key', 'placeholder'],
  ['your-key-here', 'placeholder'],
  ['<key>', 'placeholder'],
  ['xxxx', 'published'],
  ['your-resend-api-key', 'published'],
  ['SG.abc', 'foreign'],
])('%s is %s', (key, form) => {
  expect(resendKeyForm(key)).toBe(form);
});
