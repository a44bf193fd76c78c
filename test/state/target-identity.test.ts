import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { DIFYCTL_VERSION } from '../../src/base/version.ts';
import { statePaths } from '../../src/state/paths.ts';
import { isSameTarget, refuseOtherTarget, saveTargetIdentity } from '../../src/state/target-identity.ts';
import { temporaryFolder } from '../support/folders.ts';

const place = (uid: string | undefined, endpoint: string, within = 'dify') => ({
  ...(uid === undefined ? {} : { uid }),
  endpoint,
  within,
});

describe('two targets', () => {
  test.each([
    ['the same uid, whatever the address', place('1', 'a'), place('1', 'b'), true],
    ['another uid behind the same address: a cluster built anew', place('1', 'a'), place('2', 'a'), false],
    ['the same address, where one may not read the uid', place(undefined, 'a'), place('2', 'a'), true],
    ['another address, where one may not read the uid', place(undefined, 'a'), place('2', 'b'), false],
    ['another namespace', place('1', 'a', 'dify'), place('1', 'a', 'other'), false],
  ])('%s', (_, a, b, same) => {
    expect(isSameTarget(a, b)).toBe(same);
    expect(isSameTarget(b, a)).toBe(same);
  });
});

describe('a name', () => {
  const folder = temporaryFolder();
  const paths = () => statePaths(folder.path, 'dify');

  test('is installed again only in its own place', async () => {
    await refuseOtherTarget(paths(), 'dify', place('1', 'a'));
    await saveTargetIdentity(paths(), place('1', 'a'), 'context prod-eu, namespace dify');
    await refuseOtherTarget(paths(), 'dify', place('1', 'b'));
    await expect(refuseOtherTarget(paths(), 'dify', place('2', 'a'))).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('context prod-eu, namespace dify'),
    });
  });

  test.each([
    ['no YAML', 'identity: [x\n'],
    ['YAML of another kind', 'hello: world\n'],
    ['empty', ''],
  ])('whose place.yaml is %s is refused with a next step, never installed elsewhere', async (_title, text) => {
    await saveTargetIdentity(paths(), place('1', 'a'), 'context prod-eu, namespace dify');
    await writeFile(paths().targetIdentity, text);
    await expect(refuseOtherTarget(paths(), 'dify', place('2', 'a'))).rejects.toMatchObject({
      exitCode: 2,
      message: `${paths().targetIdentity} is damaged: it does not contain the place of the installation`,
    });
  });

  test('whose place.yaml has no kind and version continues, and gets both', async () => {
    await saveTargetIdentity(paths(), place('1', 'a'), 'namespace dify');
    await writeFile(paths().targetIdentity, stringify({ identity: place('1', 'a'), description: 'namespace dify' }));
    await refuseOtherTarget(paths(), 'dify', place('1', 'b'));
    await expect(refuseOtherTarget(paths(), 'dify', place('2', 'a'))).rejects.toMatchObject({ exitCode: 2 });
    await saveTargetIdentity(paths(), place('1', 'b'), 'namespace dify');
    expect(parse(await readFile(paths().targetIdentity, 'utf8'))).toMatchObject({ kind: 'Place', version: 1 });
  });

  test('keeps the fields of place.yaml that a newer difyctl added', async () => {
    const later = { identity: { ...place('1', 'a'), region: 'eu' }, description: 'there', zones: [1, 2] };
    await saveTargetIdentity(paths(), place('1', 'a'), 'there');
    await writeFile(paths().targetIdentity, stringify({ kind: 'Place', version: 1, difyctl: '9.9.9', ...later }));
    await saveTargetIdentity(paths(), place('1', 'b'), 'here');
    expect(parse(await readFile(paths().targetIdentity, 'utf8'))).toEqual({
      kind: 'Place',
      version: 1,
      difyctl: DIFYCTL_VERSION,
      identity: { uid: '1', endpoint: 'b', within: 'dify', region: 'eu' },
      description: 'here',
      zones: [1, 2],
    });
  });

  test('whose place.yaml a newer difyctl wrote is refused by name, and the file stays as it is', async () => {
    await saveTargetIdentity(paths(), place('1', 'a'), 'there');
    const newer = stringify({ kind: 'Place', version: 2, difyctl: '9.9.9', clusters: [] });
    await writeFile(paths().targetIdentity, newer);
    const refusal = {
      exitCode: 2,
      message: `${paths().targetIdentity} was written by a newer difyctl: it has version 2, and this difyctl reads up to 1`,
      next: ['use difyctl 9.9.9 or newer'],
    };
    await expect(refuseOtherTarget(paths(), 'dify', place('1', 'a'))).rejects.toMatchObject(refusal);
    await expect(saveTargetIdentity(paths(), place('1', 'a'), 'here')).rejects.toMatchObject(refusal);
    expect(await readFile(paths().targetIdentity, 'utf8')).toBe(newer);
  });
});
