import { randomUUID } from 'node:crypto';
import type { ComponentName } from '../../../checklist/components.ts';
import { type KeySide, SHARED_KEYS } from '../../../checklist/shared-keys.ts';
import { plannedComponents } from '../../../deployment/components.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../../evidence.ts';
import { type Answered, deploymentOf, runInEach } from './exec.ts';

/** A variable with a key that components share, in one process. */
export interface KeyFact {
  readonly component: ComponentName;
  /** The host name of the process. */
  readonly host: string;
  readonly variable: string;
  /** Equal numbers mean equal values, within one key. Undefined if the process does not have the variable. */
  readonly value: number | undefined;
}
/** One entry for each shared key, with its variable in every process that runs. Never a value or its digest. */
export const APP_KEYS = evidenceKey<readonly (readonly KeyFact[])[]>('app.keys', 2);

export const appKeysCollector: Collector<readonly (readonly KeyFact[])[]> = {
  key: APP_KEYS,
  timeoutMs: 120_000,
  collect: async (context, need) => {
    const planned = plannedComponents(deploymentOf(context));
    const components = [...new Set(SHARED_KEYS.flat().map(([component]) => component))];
    const asked = components.filter((component) => planned[component].enabled);
    const salt = randomUUID();
    const digests = new Map(
      await Promise.all(
        asked.map(async (component) => [component, await digestsOf(context, need, component, salt)] as const),
      ),
    );
    return SHARED_KEYS.map((sides) => keyFacts(sides, digests));
  },
};

type Digests = Readonly<Record<string, string>>;

/** The digests of a component's keys by variable, in each process. Empty if nothing of the component can answer. */
async function digestsOf(
  context: CollectContext,
  need: Need,
  component: ComponentName,
  salt: string,
): Promise<readonly Answered<Digests>[]> {
  const variables = SHARED_KEYS.flat().flatMap(([name, variable]) => (name === component ? [variable] : []));
  const command = ['sh', '-c', digestScript(variables, salt)];
  try {
    const inside = await runInEach(context, need, { component, command }, parseDigests);
    return inside.simulated === undefined ? inside.seen : [];
  } catch (error) {
    // A component that does not run is the finding of app.workloads.
    if (error instanceof CollectionError && error.outcome === 'absent') return [];
    throw error;
  }
}

/**
 * A shell script that prints a digest of each variable that is set. The salt is new in every run, so that a digest
 * cannot be looked up. `printf` is part of the shell: no value is in a list of processes.
 */
export function digestScript(variables: readonly string[], salt: string): string {
  return variables
    .map((name) => `[ -z "$${name}" ] || printf '${name} %s\\n' "$(printf '%s' "${salt}$${name}" | sha256sum)"`)
    .concat('true')
    .join('\n');
}

/** Parses lines of a variable, its digest, and the name that sha256sum prints for standard input. */
export function parseDigests(output: string): Digests {
  return Object.fromEntries(
    [...output.matchAll(/^(\w+) ([0-9a-f]{64})\b/gm)].map(([, name = '', hex = '']) => [name, hex]),
  );
}

/** The sides of one key in every process that answered, with the digests as numbers. */
export function keyFacts(
  sides: readonly KeySide[],
  digests: ReadonlyMap<ComponentName, readonly Answered<Digests>[]>,
): readonly KeyFact[] {
  const numbers: string[] = [];
  return sides.flatMap(([component, variable]) =>
    (digests.get(component) ?? []).map(({ host, seen }) => {
      const digest = seen[variable];
      if (digest !== undefined && !numbers.includes(digest)) numbers.push(digest);
      return { component, host, variable, value: digest === undefined ? undefined : numbers.indexOf(digest) };
    }),
  );
}
