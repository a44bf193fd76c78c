import { expect, test } from 'vitest';
import { readAnswer } from '../../src/wizard/answer-text.ts';
import { answersOf } from '../../src/wizard/answers.ts';
import { QUESTIONS } from '../../src/wizard/questions/all.ts';

const PLACES = { cwd: '/work', baseDirectory: '/work' };
const SECRETS = QUESTIONS.filter(({ kind }) => kind === 'secret').map((question) => [question.id, question] as const);
const FORMS = {
  kubernetes: 'env:NAME, file:PATH or kubernetes:NAME/KEY',
  compose: 'env:NAME or file:PATH',
} as const;

test('passwords and keys of external services are references', () => {
  expect(SECRETS.map(([id]) => id)).toEqual(
    expect.arrayContaining(['postgres.password', 'redis.password', 'objectStorage.s3.secretKey', 'mail.smtp.password']),
  );
});

test.each(SECRETS)('%s: generated is refused at the question, since difyctl cannot make it', (_, question) => {
  for (const type of ['kubernetes', 'compose'] as const) {
    const read = readAnswer(question, 'generated', answersOf({ tier: 'prod', target: { type } }), PLACES);
    expect(read).toEqual({
      fault: `difyctl cannot create a secret of another server. Enter a reference: ${FORMS[type]}.`,
    });
  }
});

test.each(SECRETS)('%s: a literal secret is refused without being repeated', (_, question) => {
  const read = readAnswer(question, 'hunter2', answersOf({ tier: 'prod', target: { type: 'compose' } }), PLACES);
  expect(read).toEqual({ fault: `Do not enter the secret itself. Enter a reference: ${FORMS.compose}.` });
});
