import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Problem, UserError } from '../../src/base/errors.ts';
import { variableOf } from '../../src/deployment/flag-names.ts';
import { FLAG_TABLE } from '../../src/deployment/flag-table.ts';
import { findFlag, flagForPath } from '../../src/deployment/flags.ts';
import { parseDeployment } from '../../src/deployment/load.ts';
import { NO_OVERRIDES, type OverrideInput, readOverrides } from '../../src/deployment/overrides.ts';
import { formatPath, parsePath } from '../../src/deployment/paths.ts';
import { formatSecretText, parseSecretText } from '../../src/deployment/secret-text.ts';

const FILE = `apiVersion: difyctl/v1
name: from-file
tier: test
target: { type: compose }
postgres: { mode: external, host: file, password: { env: A } }
`;

function input(parts: Partial<OverrideInput>): OverrideInput {
  return { ...NO_OVERRIDES, cwd: '/work', ...parts };
}
function flags(...words: readonly string[]): OverrideInput['flags'] {
  return words.flatMap((flag, index) => (index % 2 === 0 ? [{ flag, value: words[index + 1] ?? '' }] : []));
}
function parsed(parts: Partial<OverrideInput>, baseDirectory = '/work'): ReturnType<typeof parseDeployment> {
  return parseDeployment(FILE, { source: 'difyctl.yaml', baseDirectory, overrides: input(parts) });
}
function problems(parts: Partial<OverrideInput>): readonly Problem[] {
  try {
    parsed(parts);
    return [];
  } catch (error) {
    if (error instanceof UserError) return error.problems;
    throw error;
  }
}

describe('precedence', () => {
  it('is file, variable, flag, --set, and the last --set wins', () => {
    const env = { DIFYCTL_NAME: 'from-variable' };
    const given = flags('--name', 'from-flag');
    expect(parsed({}).deployment.name).toBe('from-file');
    expect(parsed({ env }).deployment.name).toBe('from-variable');
    expect(parsed({ env, flags: given }).deployment.name).toBe('from-flag');
    expect(parsed({ env, flags: given, sets: ['name=one', 'name=two'] }).deployment.name).toBe('two');
  });

  it('a value equal to the file is not shown as an override in a plan', () => {
    const { overrides } = parsed({ flags: flags('--tier', 'test', '--name', 'other') });
    expect(overrides.map(({ path, source }) => [formatPath(path), source])).toEqual([['name', '--name']]);
  });

  it('an empty variable is ignored', () => {
    expect(parsed({ env: { DIFYCTL_NAME: '' } }).deployment.name).toBe('from-file');
  });
});

describe('flags', () => {
  it.each<[readonly string[], string, unknown]>([
    [['--postgres-port', '6432'], 'postgres.port', 6432],
    [['--postgres-tls-ca-file', './ca.pem'], 'postgres.tls.caFile', './ca.pem'],
    [['--postgres-managed-ha', 'true'], 'postgres.managed.ha', true],
    [['--redis-sentinel-nodes', 'a:1, b:2'], 'redis.sentinel.nodes', ['a:1', 'b:2']],
    [['--redis-sentinel-nodes', 'a:1', '--redis-sentinel-nodes', 'b:2'], 'redis.sentinel.nodes', ['a:1', 'b:2']],
    [['--postgres-password', 'file:./pw'], 'postgres.password', { file: './pw' }],
    [
      ['--secrets-secret-key', 'kubernetes:dify/key'],
      'secrets.secretKey',
      { kubernetes: { name: 'dify', key: 'key' } },
    ],
    [['--redis-password', 'generated'], 'redis.password', { generated: true }],
    [['--version-of-dify', '1.17.0'], 'version', '1.17.0'],
    [['--namespace', 'a', '--namespace', 'b'], 'target.namespace', 'b'],
    [['--recovery-rpo', '15m'], 'recovery.rpo', '15m'],
    [['--rpo', '15m'], 'recovery.rpo', '15m'],
    [['--accepted-risks', '[{ check: a.b, reason: c }]'], 'acceptedRisks', [{ check: 'a.b', reason: 'c' }]],
    [['--components-api-extra-env', '{ A: b }'], 'components.api.extraEnv', { A: 'b' }],
    [['--context', 'prod'], 'target.context', 'prod'],
  ])('%j', (words, path, value) => {
    const { overrides, problems: found } = readOverrides(input({ flags: flags(...words) }), '/work');
    expect(found).toEqual([]);
    expect(overrides.map((one) => [formatPath(one.path), one.value])).toEqual([[path, value]]);
  });

  it('--url sets the four addresses', () => {
    const { overrides } = readOverrides(input({ flags: flags('--url', 'https://d.example.com') }), '/work');
    expect(overrides.map(({ path }) => formatPath(path))).toEqual([
      'urls.console',
      'urls.api',
      'urls.app',
      'urls.files',
    ]);
  });

  it('every field has a flag and a variable of that name, and no two fields share one', () => {
    const names = FLAG_TABLE.map(({ flag }) => flag);
    expect(new Set(names).size).toBe(names.length);
    for (const { flag, variable, paths } of FLAG_TABLE) {
      expect(flag).toMatch(/^--[a-z][a-z0-9-]*$/);
      expect(variable).toBe(variableOf(flag));
      for (const path of paths) expect(findFlag(flagForPath(path))).toBeDefined();
    }
  });
});

describe('variables', () => {
  it('warns of unknown names, and ignores those of the test suite', () => {
    const { warnings } = parsed({
      env: { DIFYCTL_POSTGRES_HOTS: 'x', DIFYCTL_TEST_CHART: 'y', DIFY_PG_PASSWORD: 'z' },
    });
    expect(warnings).toEqual([
      { path: 'DIFYCTL_POSTGRES_HOTS', message: 'unknown variable; did you mean DIFYCTL_POSTGRES_HOST?' },
    ]);
  });
});

describe('--set', () => {
  it.each<[string, string, unknown]>([
    ['postgres.port=6432', 'postgres.port', 6432],
    ['version=1.16', 'version', '1.16'],
    ['name=007', 'name', '007'],
    ['target.passEnv=[A, B]', 'target.passEnv', ['A', 'B']],
    ['redis.sentinel.nodes[1]=b:2', 'redis.sentinel.nodes[1]', 'b:2'],
    ['acceptedRisks.0.reason=it is fine', 'acceptedRisks[0].reason', 'it is fine'],
    ['postgres.password=env:PG', 'postgres.password', { env: 'PG' }],
    ['postgres.password={ env: PG }', 'postgres.password', { env: 'PG' }],
    ['target.ingress.annotations."a.b/c"=x', 'target.ingress.annotations.a.b/c', 'x'],
    ['components.api.extraEnv.A=1', 'components.api.extraEnv.A', '1'],
    ['extraValues.a.b=1', 'extraValues.a.b', 1],
    ['recovery.availability=99.9%', 'recovery.availability', '99.9%'],
    ['postgres.maxConnections=null', 'postgres.maxConnections', null],
  ])('%s', (text, path, value) => {
    const { overrides, problems: found } = readOverrides(input({ sets: [text] }), '/work');
    expect(found).toEqual([]);
    expect(overrides.map((one) => [formatPath(one.path), one.value])).toEqual([[path, value]]);
  });

  it('null removes a field of the file', () => {
    const { deployment } = parsed({ sets: ['name=null'] });
    expect(deployment.name).toBe('dify');
  });

  it('replaces an entry of a list', () => {
    const sets = ['acceptedRisks=[{ check: a.b, reason: x }, { check: c.d, reason: y }]', 'acceptedRisks[1].reason=z'];
    expect(parsed({ sets }).deployment.acceptedRisks.map(({ reason }) => reason)).toEqual(['x', 'z']);
  });

  it('names the source of a wrong value', () => {
    expect(problems({ sets: ['postgres.prot=1'], flags: flags('--target-http-port', '99999') })).toEqual([
      { path: 'target.httpPort', message: 'at most 65535 (from --target-http-port)' },
      { path: 'postgres.prot', message: 'unknown key; did you mean port? (from --set postgres.prot)' },
    ]);
    expect(problems({ flags: flags('--target-http-port', 'eighty') })).toEqual([
      { path: '--target-http-port', message: 'a number' },
    ]);
  });
});

describe('errors inside and outside the file', () => {
  it('are reported together, and a refused value is not also reported as missing', () => {
    const found = problems({
      flags: flags('--postgres-password', 'hunter2', '--logging-level', 'LOUD'),
      sets: ['nmae=x', 'postgres.password=null'],
    });
    expect(found.map(({ path }) => path).toSorted()).toEqual(['--postgres-password', 'logging.level', 'nmae']);
  });
});

describe('a secret where a reference should be', () => {
  it.each<[string, Partial<OverrideInput>]>([
    ['flag', { flags: flags('--postgres-password', 'hunter2') }],
    ['variable', { env: { DIFYCTL_POSTGRES_PASSWORD: 'hunter2' } }],
    ['--set', { sets: ['postgres.password=hunter2'] }],
    ['--set as a list', { sets: ['postgres.password=[hunter2]'] }],
    ['--set as a map', { sets: ['postgres.password={ value: hunter2 }'] }],
    ['--set without a path', { sets: ['hunter2'] }],
    ['--set that is no YAML', { sets: ['postgres.password="hunter2'] }],
    ['a name that is difyctl’s own', { flags: flags('--postgres-password', 'env:DIFYCTL_PASSWORD_hunter2') }],
  ])('is refused in a %s and never printed', (_title, parts) => {
    const found = problems(parts);
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('paths of files', () => {
  it('in flags are relative to the working directory, and in the deployment relative to the file', () => {
    const given = flags(
      '--target-tls-cert-file',
      'tls/c.pem',
      '--target-tls-key-file',
      '/etc/k.pem',
      '--postgres-password',
      'file:pw',
    );
    const { deployment } = parsed(
      { flags: given, sets: ['postgres.tls={ mode: verify-full, caFile: ca.pem }'] },
      '/work/deploy',
    );
    expect(deployment.target).toMatchObject({ tls: { certFile: '../tls/c.pem', keyFile: '/etc/k.pem' } });
    expect(deployment.postgres).toMatchObject({ password: { file: '../pw' }, tls: { caFile: '../ca.pem' } });
  });

  it('stay as typed if the file is in the working directory', () => {
    const { deployment } = parsed({ flags: flags('--target-directory', 'stack') });
    expect(deployment.target).toMatchObject({ directory: 'stack' });
  });
});

describe('texts of paths and references', () => {
  const key = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}$/);

  it('a path that was written is read back', () => {
    fc.assert(
      fc.property(fc.tuple(key, fc.array(fc.oneof(key, fc.nat({ max: 99 })), { maxLength: 5 })), ([first, rest]) => {
        const path = [first, ...rest];
        expect(parsePath(formatPath(path))).toEqual(path);
      }),
    );
  });

  it('text that is not a path is not read as one, and does not throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void parsePath(text)));
    for (const text of ['', '.', 'a.', '.a', 'a..b', '[0]', 'a[x]', 'a b', 'a=b'])
      expect(parsePath(text)).toBeUndefined();
  });

  it('a reference that was written is read back, and any other text is undefined', () => {
    const reference = fc.oneof(
      fc.record({ env: key }),
      fc.record({ file: fc.string({ minLength: 1 }) }),
      fc.record({ kubernetes: fc.record({ name: key, key }) }),
      fc.constant({ generated: true }),
    );
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseSecretText(formatSecretText(value) ?? '')).toEqual(value);
      }),
    );
    for (const text of ['', 'env:', 'hunter2', 'vault:x', 'kubernetes:a', 'kubernetes:a/b/c', 'Generated']) {
      expect(parseSecretText(text)).toBeUndefined();
    }
  });

  it('an alias is not a path', () => {
    const read = (text: string) => readOverrides(input({ sets: [text] }), '/work');
    expect(read('target.httpPort=*a').problems).toMatchObject([{ message: 'the value is not valid YAML' }]);
    expect(read('name=*a').overrides).toMatchObject([{ value: '*a' }]);
  });

  it('a key that is a list is reported only by difyctl', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    readOverrides(input({ sets: ['name={? [hunter2] : b}'] }), '/work');
    expect(warned.mock.calls).toEqual([]);
    warned.mockRestore();
  });

  it('any text of --set is either read or refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('postgres.password', 'name', 'target.httpPort', 'extraValues.x'),
        fc.string(),
        (path, text) => {
          const { overrides, problems: found } = readOverrides(input({ sets: [`${path}=${text}`] }), '/work');
          expect(overrides.length + found.length).toBe(1);
        },
      ),
    );
  });
});
