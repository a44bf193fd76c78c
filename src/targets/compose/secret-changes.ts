import type { SecretPath } from '../../base/secret-ref.ts';
import type { RenderedCompose } from '../../render/rendered.ts';

/** The difference between the rendered `.env` and the existing one. */
export interface EnvChange {
  /** Secrets whose values differ, by their path in the file, sorted. */
  readonly secrets: readonly SecretPath[];
  /** Variables of several parts that differ although no secret in them does, as far as `.env` shows. */
  readonly unexplained: ReadonlySet<string>;
}

/** Compares the variables of `.env`. `before` is empty on a first install: then the result is empty. */
export function envChange(before: Readonly<Record<string, string>>, { env, sources }: RenderedCompose): EnvChange {
  if (Object.keys(before).length === 0) return { secrets: [], unexplained: new Set() };
  const changed = Object.keys(env).filter((name) => before[name] !== env[name]);
  const whole = changed.flatMap((name) => {
    const source = sources[name];
    return source?.isWhole === true ? source.of : [];
  });
  const secrets = new Set(whole);
  const unexplained = changed.filter((name) => {
    const source = sources[name];
    return before[name] !== undefined && source?.isWhole === false && !source.of.some((path) => secrets.has(path));
  });
  return { secrets: [...secrets].sort(), unexplained: new Set(unexplained) };
}
