import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { documentText } from '../../src/base/document.ts';
import { promotionText } from '../../src/cli/output/promote-text.ts';
import { runCli } from '../support/cli.ts';

let folder = '';
const file = (topology: object): string =>
  documentText({
    ...{ apiVersion: 'difyctl/v1', name: 'dify-standby', tier: 'test' },
    target: { type: 'compose', directory: './dify' },
    recovery: { backup: { repository: '/mnt/backup', password: { file: './password' } }, topology },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-promote-'));
  const primary = { name: 'dify', urls: ['http://127.0.0.1:1'] };
  await writeFile(join(folder, 'difyctl.yaml'), file({ region: 'single' }));
  await writeFile(join(folder, 'standby.yaml'), file({ region: 'standby', primary }));
  await writeFile(join(folder, 'active.yaml'), file({ region: 'active-active' }));
  await writeFile(join(folder, 'one-region.yaml'), file({ region: 'single', primary, standby: {} }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each<[string, readonly string[], readonly string[]]>([
  [
    'a file that names no primary',
    ['promote', '--yes', '--primary', 'dify'],
    ['the file is not of a standby region: it names no primary'],
  ],
  [
    '--yes without the name of the primary',
    ['promote', '-c', 'standby.yaml', '--yes'],
    ['--yes requires the name of the primary', 'difyctl promote --yes --primary dify'],
  ],
  [
    'the name of another primary',
    ['promote', '-c', 'standby.yaml', '--yes', '--primary', 'dify-standby'],
    ['the primary of the file is dify, not the given name'],
  ],
  [
    'two active regions',
    ['validate', '-c', 'active.yaml'],
    ['Two active regions would write different data and start each scheduled task twice'],
  ],
  [
    'the fields of a second region in a file with one',
    ['validate', '-c', 'one-region.yaml'],
    ['recovery.topology.standby', 'recovery.topology.primary', 'set recovery.topology.region to standby'],
  ],
])('%s is refused', async (_, argv, messages) => {
  const { code, stderr } = await runCli(argv, { cwd: folder, env: { PATH: '/usr/bin:/bin', HOME: folder } });
  for (const message of messages) expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  expect(code).toBe(2);
});

it('the plan shows how the primary answers, and the steps', () => {
  const primary = { name: 'dify', urls: [] };
  const seen = [
    { url: 'https://a.example', verdict: 'gone', observed: 'refuses the connection' },
    { url: 'https://b.example', verdict: 'unknown', observed: 'does not resolve' },
  ] as const;
  const style = { color: false, unicode: true, width: 78 };
  expect(promotionText({ primary, seen, stage: 'restored', restore: undefined }, style)).toBe(`  primary dify
    ✔ https://a.example refuses the connection
    ? https://b.example does not resolve
  the data is restored; then: verify it, install, postflight
`);
});
