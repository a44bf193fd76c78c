import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const page = await readFile(fileURLToPath(new URL('docs/architecture.md', ROOT)), 'utf8');

/** `1. `FILE` `FUNCTION`: `CALL`, `CALL`` */
const STEPS = [...page.matchAll(/^\d+\. `(src\/\S+)` `(\w+)`: ((?:`\w+`[,\s]*)+)$/gm)].map(
  ([, file = '', name = '', calls = '']) => ({
    file,
    name,
    calls: [...calls.matchAll(/`(\w+)`/g)].map(([, call = '']) => call),
  }),
);

/** The text of a top-level function. */
async function bodyOf(file: string, name: string): Promise<string> {
  const text = await readFile(fileURLToPath(new URL(file, ROOT)), 'utf8');
  const start = text.search(new RegExp(`^(?:export )?(?:async )?function ${name}\\b`, 'm'));
  expect(start, `${file} has a function ${name}`).toBeGreaterThanOrEqual(0);
  return text.slice(text.indexOf('\n', start), text.indexOf('\n}\n', start));
}

/** The calls that come in the text one after the other, up to the first that does not. */
function followed(body: string, calls: readonly string[]): readonly string[] {
  let from = 0;
  const missing = calls.findIndex((call) => {
    const at = body.slice(from).search(new RegExp(`\\b${call}\\b(?:\\?\\.)?[,(<]`));
    from += at + 1;
    return at < 0;
  });
  return missing < 0 ? calls : calls.slice(0, missing);
}

test('the page shows every operation that it names', () => {
  expect(STEPS.map(({ name }) => name)).toEqual([
    ...['preflight', 'preflightLive', 'checkPrepared', 'runPreflight', 'runChecks'],
    ...['prepare', 'openDeployment', 'prepareOpened', 'resolveDeploymentSecrets', 'renderDeployment'],
    ...['renderKubernetes', 'renderModel', 'operation', 'applyPlan'],
  ]);
});

test.each(STEPS)('$name calls what the page says, in this order', async ({ file, name, calls }) => {
  expect(followed(await bodyOf(file, name), calls)).toEqual(calls);
});
