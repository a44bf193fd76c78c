import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { JsonObject } from '../../src/base/json.ts';
import { runCli } from '../support/cli.ts';
import { SAMPLE_FILES } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const BUNDLED = SAMPLE_FILES['test-compose-bundled'];

test.each<[string, JsonObject, readonly string[], readonly string[]]>([
  [
    'of a production is refused',
    SAMPLE_FILES['prod-kubernetes-s3-qdrant'],
    ['dify', '--yes'],
    [
      'dify is in prod, and rebuild deletes all data; expected tier test',
      'difyctl restore SET restores a backup set; difyctl runbook shows the steps',
    ],
  ],
  ['without the name is refused', BUNDLED, ['--yes'], ['--yes requires the name', 'difyctl rebuild dify --yes']],
  ['without --yes and a terminal is refused', BUNDLED, ['dify'], ['cannot prompt', 'difyctl rebuild dify --yes']],
  ['of another name is refused', BUNDLED, ['other', '--yes'], ['the file describes dify, not the given name']],
  ['with a key and no set is refused', BUNDLED, ['dify', '--identity', 'k'], ['--identity needs --from']],
])('a rebuild %s', async (_, file, args, words) => {
  await writeFile(join(folder.path, 'difyctl.yaml'), stringify(file));
  const { code, stdout, stderr } = await runCli(['rebuild', ...args], { cwd: folder.path });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  for (const word of words) expect(stderr).toContain(word);
});
