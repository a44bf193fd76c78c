import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { UserError } from '../../src/base/errors.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import { unknownCheck } from '../../src/checks/select.ts';
import { policyJsonSchema } from '../../src/policy/json-schema.ts';
import { parsePolicy } from '../../src/policy/load.ts';

const HEAD = 'apiVersion: difyctl/v1\nkind: Policy\nname: acme-prod\n';
const FULL = `${HEAD}tier: prod
nodes: { count: 8, cpu: 16, memory: 64Gi }
zones: 3
recovery:
  rpo: { atMost: 1h, atLeast: 5m }
  rto: { atMost: 4h }
checks:
  - { check: recovery.drills, severity: error, reason: audit }
  - { check: cluster.capacity.*, severity: warning, reason: the mirror is rebuilt each night }
neverAccepted: [ recovery.plan, postgres, "config.*" ]
`;

function read(text: string) {
  return parsePolicy(text, 'policy.yaml', (pattern) => unknownCheck(CHECKS, pattern));
}

/** Every problem as `line:column path  message`. */
function problemsIn(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}  ${message}`);
  }
  return [];
}

describe('a policy', () => {
  it('is read whole, and only apiVersion and kind are required', () => {
    expect(read(FULL)).toMatchObject({ name: 'acme-prod', zones: 3, checks: [{ check: 'recovery.drills' }, {}] });
    expect(read(HEAD)).toMatchObject({ checks: [], neverAccepted: [] });
  });

  it.each<[string, string, string]>([
    ['a misspelt key', `${HEAD}zoness: 3\n`, '4:1 zoness  unknown key; did you mean zones?'],
    ['a misspelt key further in', `${HEAD}nodes:\n  cout: 3\n`, '5:3 nodes.cout  unknown key; did you mean count?'],
    ['a key of another place', `${HEAD}rpo: 1h\n`, '4:1 rpo  unknown key here; did you mean recovery.rpo?'],
    [
      'a severity that is none',
      `${HEAD}checks:\n  - check: redis.topology\n    severity: eror\n    reason: x\n`,
      '6:5 checks[0].severity  one of error, warning, info; did you mean error?',
    ],
    [
      'a check that is none',
      `${HEAD}checks:\n  - { check: recovery.dril, severity: error, reason: x }\n`,
      '5:7 checks[0].check  unknown check recovery.dril; did you mean recovery.drills?',
    ],
    [
      'a risk that is none',
      `${HEAD}neverAccepted:\n  - nothing.here\n`,
      '5:5 neverAccepted[0]  unknown check nothing.here',
    ],
    [
      'no reason',
      `${HEAD}checks:\n  - { check: redis, severity: error }\n`,
      '5:5 checks[0].reason  needed: the reason, shown in every report',
    ],
    [
      'no name',
      'apiVersion: difyctl/v1\nkind: Policy\n',
      'undefined:undefined name  needed: name of the policy in reports, such as acme-prod',
    ],
    ['another kind', `${HEAD.replace('Policy', 'Polcy')}`, '2:1 kind  Policy'],
    ['a size that is none', `${HEAD}nodes: { memory: lots }\n`, '4:10 nodes.memory  a size such as 32Gi'],
    [
      'a duration that is none',
      `${HEAD}recovery: { rpo: { atMost: soon } }\n`,
      '4:20 recovery.rpo.atMost  a duration such as 90s, 15m, 4h or 14d',
    ],
    ['nothing', '', 'undefined:undefined   the file is empty; difyctl schema policy prints its schema'],
  ])('%s', (_title, text, problem) => {
    expect(problemsIn(text)).toEqual([problem]);
  });

  it('has a matching JSON Schema, with a description of every field', () => {
    const schema = policyJsonSchema();
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    expect(validate(parse(FULL))).toBe(true);
    expect(validate({ ...parse(FULL), zoness: 3 })).toBe(false);
    const undescribed = Object.entries(schema.properties as Record<string, { description?: string }>).filter(
      ([, { description }]) => description === undefined,
    );
    expect(undescribed).toEqual([]);
  });
});
