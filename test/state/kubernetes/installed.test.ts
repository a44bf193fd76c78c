import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../src/state/kubernetes/installed.ts';
import type { OwnSecrets } from '../../../src/state/kubernetes/own-secrets.ts';
import type { Revision } from '../../../src/state/revisions/revision.ts';

const secret = (name: string, createdAt: string) => ({ name, createdAt, data: { 'secrets.secretKey': name } });
const revision = (number: number, secretName: string, outcome: Revision['outcome'] = 'applied') =>
  ({ number, secretName, outcome, secretKeys: { 'secrets.secretKey': 'secrets.secretKey' } }) as unknown as Revision;

const OLD = secret('old', '2026-11-01T00:00:00Z');
const NEW = secret('new', '2026-11-02T00:00:00Z');

describe('the authority for generated secrets', () => {
  test.each<[string, OwnSecrets, string | undefined, readonly string[]]>([
    ['nothing installed', { revisions: [], unreadable: [], data: [] }, undefined, []],
    [
      'the Secret that the newest revision names',
      { revisions: [revision(1, 'new'), revision(2, 'old')], unreadable: [], data: [NEW, OLD] },
      'old',
      ['revision 2'],
    ],
    [
      'also where that revision is open',
      { revisions: [revision(1, 'old'), revision(2, 'new', 'open')], unreadable: [], data: [OLD, NEW] },
      'new',
      ['revision 2'],
    ],
    ['the newest by age where no revision names one', { revisions: [], unreadable: [], data: [NEW, OLD] }, 'new', []],
    [
      'the newest by age where the named one is gone',
      { revisions: [revision(1, 'lost')], unreadable: [], data: [OLD] },
      'old',
      ['revision 1'],
    ],
    [
      'lost where all are gone',
      { revisions: [revision(1, 'lost')], unreadable: [], data: [] },
      undefined,
      ['revision 1'],
    ],
    [
      'no trace is a revision that never came to its Secret',
      { revisions: [revision(1, 'never', 'open')], unreadable: [], data: [] },
      undefined,
      [],
    ],
  ])('%s', (_, own, name, traces) => {
    const facts = factsOf(own, []);
    expect(facts.data['secrets.secretKey']).toBe(name);
    expect(facts.traces).toEqual(traces);
  });

  test('is the newest readable one if a newer revision cannot be read; that revision is a trace, and is reported', () => {
    const unread = { number: 2, where: 'Secret difyctl-dify-revision-2', reason: 'it is not JSON', setAside: '' };
    const facts = factsOf({ revisions: [revision(1, 'old')], unreadable: [unread], data: [OLD, NEW] }, []);
    expect(facts.data['secrets.secretKey']).toBe('new');
    expect(facts.traces).toEqual(['revision 1', 'Secret difyctl-dify-revision-2, which cannot be read']);
    expect(facts.notes).toEqual(['revision 2 cannot be read (Secret difyctl-dify-revision-2): it is not JSON']);
  });

  test('an object that outlived its release is a trace too', () => {
    expect(factsOf({ revisions: [], unreadable: [], data: [] }, ['claim dify']).traces).toEqual(['claim dify']);
  });
});
