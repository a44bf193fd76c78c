import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { statePaths } from '../../src/state/paths.ts';
import { keepPlace, refuseOtherPlace, samePlace } from '../../src/state/place.ts';
import { temporaryFolder } from '../support/folders.ts';

const place = (uid: string | undefined, endpoint: string, within = 'dify') => ({
  ...(uid === undefined ? {} : { uid }),
  endpoint,
  within,
});

describe('two places', () => {
  test.each([
    ['the same uid, whatever the address', place('1', 'a'), place('1', 'b'), true],
    ['another uid behind the same address: a cluster built anew', place('1', 'a'), place('2', 'a'), false],
    ['the same address, where one may not read the uid', place(undefined, 'a'), place('2', 'a'), true],
    ['another address, where one may not read the uid', place(undefined, 'a'), place('2', 'b'), false],
    ['another namespace', place('1', 'a', 'dify'), place('1', 'a', 'other'), false],
  ])('%s', (_, a, b, same) => {
    expect(samePlace(a, b)).toBe(same);
    expect(samePlace(b, a)).toBe(same);
  });
});

describe('a name', () => {
  const folder = temporaryFolder();
  const paths = () => statePaths(folder.path, 'dify');

  test('goes on where it was installed, and nowhere else', async () => {
    await refuseOtherPlace(paths(), 'dify', place('1', 'a'));
    await keepPlace(paths(), place('1', 'a'), 'context prod-eu, namespace dify');
    await refuseOtherPlace(paths(), 'dify', place('1', 'b'));
    await expect(refuseOtherPlace(paths(), 'dify', place('2', 'a'))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('context prod-eu, namespace dify'),
    });
  });

  test.each([
    ['no YAML', 'identity: [x\n'],
    ['YAML of another kind', 'hello: world\n'],
    ['empty', ''],
  ])('whose place.yaml is %s is refused with the way out, never installed elsewhere', async (_title, text) => {
    await keepPlace(paths(), place('1', 'a'), 'context prod-eu, namespace dify');
    await writeFile(paths().place, text);
    await expect(refuseOtherPlace(paths(), 'dify', place('2', 'a'))).rejects.toMatchObject({
      exitCode: 2,
      message: `${paths().place} is damaged: it does not say where this deployment was installed`,
    });
  });
});
