import { execa } from 'execa';
import { expect } from 'vitest';
import { PROGRAMS } from '../testbed/provision/programs.ts';
import type { TempWorkspace } from './difyctl.ts';
import { COMPOSE_ROWS, KUBERNETES_ROWS, type KubernetesRow } from './version-rows.ts';

export const versionOf = (name: string): string =>
  Object.entries(PROGRAMS).find(([row]) => row === name)?.[1].version ?? '';

const SHOWN = ['install', 'plan', 'status', 'postflight', 'uninstall'] as const;

/**
 * Runs the main job and returns its exit codes in the order of `SHOWN`. Calls `between` after `plan`. Fails at the
 * first command with an exit code other than 0.
 */
export async function runMainJob(
  place: TempWorkspace,
  between: () => Promise<void> = async () => undefined,
): Promise<readonly number[]> {
  const commands = [
    ['install', '--yes'],
    ['plan', '--detailed-exitcode'],
    ['status'],
    ['postflight'],
    ['uninstall', 'dify', '--yes'],
  ];
  const codes: number[] = [];
  for (const [command = '', ...args] of commands) {
    const outcome = await place.run(command, ...args);
    expect(outcome.code, `${command}\n${outcome.stdout}\n${outcome.stderr}`).toBe(0);
    codes.push(outcome.code ?? -1);
    if (command === 'plan') await between();
  }
  return codes;
}

/** The image that is set by hand. */
const OTHER_IMAGE = 'example.test/other:1';

/**
 * Sets another image with this row's kubectl. Expects that `plan` reports it, `install` repairs it, and the next `plan`
 * has no changes.
 */
export async function repairDrift(place: TempWorkspace, kubectl: string, namespace: string): Promise<void> {
  const set = ['set', 'image', 'deployment/dify-web', `*=${OTHER_IMAGE}`, '-n', namespace];
  await execa(kubectl, set, { env: place.env, extendEnv: false });
  const plan = await place.run('plan', '--detailed-exitcode');
  expect(plan.code, plan.stderr).toBe(7);
  expect(plan.stdout.replaceAll(/\s+/g, ' ')).toContain(`-> ${OTHER_IMAGE} (kubectl set, `);
  const install = await place.run('install', '--yes');
  expect(install.code, install.stderr).toBe(0);
  const after = await place.run('plan', '--detailed-exitcode');
  expect(after.code, after.stdout).toBe(0);
}

/** The table of the page if every command of every row ends with 0. */
export function everyRowDone(): ReadonlyMap<string, readonly number[]> {
  const keys = [...KUBERNETES_ROWS.map(keyOf), ...COMPOSE_ROWS];
  return new Map(keys.map((key) => [key, SHOWN.map(() => 0)]));
}

/** The key of a row's exit codes. */
export const keyOf = ({ kubectl, helm, node }: KubernetesRow): string => [kubectl, helm, node].join(' ');

/** The text of docs/versions.md. `codes` are the exit codes of a row's commands, by the key of the row. */
export function versionsPage(codes: ReadonlyMap<string, readonly number[]>): string {
  const cells = (key: string): string => (codes.get(key) ?? SHOWN.map(() => '–')).join(' | ');
  return [
    '# Versions of outside programs',
    '',
    'difyctl promises to work with kubectl 1.27 and newer, helm 3.14 and newer (3 and 4), Docker Compose 2.24 and newer, and Node 20.19, 22 and 24.',
    'The `tools.*` checks of `preflight` hold these ranges. `npm run test:versions` builds each program, runs the main job with it on a real cluster or a',
    'real Docker engine, and writes this page. A cell is the exit code of the command. On Kubernetes an image is set by hand with that kubectl as well: `plan`',
    'names it, and `install` repairs it. `npm test` runs the oldest kubectl, helm and Node, and one end of the range of Compose.',
    '',
    '## Kubernetes',
    '',
    `| kubectl | helm | Node | ${SHOWN.join(' | ')} |`,
    `|---|---|---|${SHOWN.map(() => '---|').join('')}`,
    ...KUBERNETES_ROWS.map(
      (row) => `| ${versionOf(row.kubectl)} | ${versionOf(row.helm)} | ${versionOf(row.node)} | ${cells(keyOf(row))} |`,
    ),
    '',
    '## Docker Compose',
    '',
    `| Compose | ${SHOWN.join(' | ')} |`,
    `|---|${SHOWN.map(() => '---|').join('')}`,
    ...COMPOSE_ROWS.map((row) => `| ${versionOf(row)} | ${cells(row)} |`),
    '',
  ].join('\n');
}
