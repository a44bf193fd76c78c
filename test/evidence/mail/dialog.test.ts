import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { openDialog } from '../../../src/evidence/mail/dialog.ts';

const FOREIGN = { fact: { stage: 'use', code: 'EPROTO', text: 'answers, but not as a mail server does' } };

function heard(...parts: readonly string[]) {
  const stream = new PassThrough();
  const dialog = openDialog(stream, 1_000);
  for (const part of parts) stream.write(part);
  return dialog.read();
}

test('reads a reply of several lines in any pieces', async () => {
  const reply = { code: 250, lines: ['mail.example.com', 'STARTTLS', 'AUTH PLAIN'] };
  const text = '250-mail.example.com\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n';
  expect(await heard(text)).toEqual(reply);
  expect(await heard(...text)).toEqual(reply);
  expect(await heard('220\n')).toEqual({ code: 220, lines: [''] });
});

test.each<[string, string]>([
  ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
  ['says something else after a first line', '220-mail\r\nmore\r\n'],
  ['says a line of 64 kB', `220 ${'x'.repeat(70_000)}`],
  ['says lines without an end', '220-x\r\n'.repeat(20_000)],
])('a server that %s is not a mail server', async (_, text) => {
  await expect(heard(text)).rejects.toMatchObject(FOREIGN);
});
