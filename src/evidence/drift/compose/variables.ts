import { envDifference, envMatcher } from '../../../base/env-digests.ts';
import { secretVariable } from '../../../render/compose/variables.ts';
import type { Drift } from '../drift.ts';
import type { LiveContainer } from './containers.ts';
import { isRecordedEnv, type RecordedFile } from './record.ts';

/** The variables of `.env`, and which of them have the applied value by the record. */
export interface Variables {
  /** Variables whose values equal the recorded ones. */
  readonly known: Readonly<Record<string, string>>;
  /** Whether a value equals the recorded one of a variable; undefined if that cannot be determined. */
  readonly isRecorded: (name: string, value: string) => boolean | undefined;
  /** Each variable that was edited, removed or added; only its name. */
  readonly drift: readonly Drift[];
}

const KEY = secretVariable('secrets.secretKey');

/** Compares `.env` with its record. `text` is undefined if the file does not exist. */
export function recordedVariables(
  file: RecordedFile | undefined,
  text: string | undefined,
  env: Readonly<Record<string, string>>,
  containers: readonly LiveContainer[],
): Variables {
  const untold = { known: {}, isRecorded: () => undefined };
  if (file === undefined) return { ...untold, drift: [] };
  const named = { kind: 'File', name: file.path, secret: true } as const;
  const isWhole = text !== undefined && isRecordedEnv(file, text, env[KEY] ?? '');
  if (Object.keys(file.variables).length === 0) {
    const changed: readonly Drift[] = isWhole || text === undefined ? [] : [{ ...named, change: 'changed' }];
    return { ...untold, known: isWhole ? env : {}, drift: changed };
  }
  const keys = [env[KEY], ...containers.map(({ environment }) => environment.SECRET_KEY)];
  const isRecorded = envMatcher(
    file.variables,
    KEY,
    keys.filter((key) => key !== undefined),
  );
  const known = Object.fromEntries(Object.entries(env).filter(([name, value]) => isRecorded(name, value) === true));
  if (isWhole || text === undefined) return { known, isRecorded, drift: [] };
  const { changed, removed, added } = envDifference(file.variables, env, isRecorded);
  const each = (change: Drift['change'], names: readonly string[]) =>
    names.map((path): Drift => ({ ...named, change, path }));
  const all = [...each('changed', changed), ...each('removed', removed), ...each('added', added)];
  return { known, isRecorded, drift: all.length > 0 ? all : [{ ...named, change: 'changed' }] };
}
