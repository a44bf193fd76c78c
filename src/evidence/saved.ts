import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { mapTexts } from '../base/printable.ts';
import { readTextIfThere } from '../base/read-text.ts';
import type { Redact } from '../base/redact.ts';
import { API_VERSION, DIFYCTL_VERSION } from '../base/version.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import type { Collector, Evidence } from './evidence.ts';
import { parseEvidence } from './saved-file.ts';

/** Name of the deployment's file beside the evidence; `--from-evidence` reads it. */
export const SAVED_DEPLOYMENT = 'difyctl.yaml';
/** Bytes of one file. The evidence of 5,000 nodes has about 3 MiB. */
const FILE_LIMIT = 16 * 2 ** 20;
const FILE_NAME = /^[a-z0-9.-]+\.(local|cluster)\.json$/;

/**
 * Writes each piece of evidence as `KEY.local.json` or `KEY.cluster.json`, and the deployment beside it. Everything is
 * redacted and readable by its owner only.
 */
export async function saveEvidence(
  directory: string,
  evidence: readonly Evidence<unknown>[],
  deployment: Deployment | undefined,
  redact: Redact,
): Promise<void> {
  const write = (name: string, content: string) =>
    writeFileAtomic(join(directory, name), redact(content), { mode: 0o600, directoryMode: 0o700 });
  for (const one of evidence) {
    // Redact before escaping: the redactor may not recognise an escaped secret.
    const document = {
      apiVersion: API_VERSION,
      kind: 'Evidence',
      difyctl: DIFYCTL_VERSION,
      ...one,
      ...toldOf(one, redact),
    };
    await write(`${one.key}.${one.from}.json`, `${JSON.stringify(document, null, 2)}\n`);
  }
  if (deployment !== undefined) await write(SAVED_DEPLOYMENT, stringify(deployment));
}

function toldOf({ data, missing }: Evidence<unknown>, redact: Redact): Partial<Evidence<unknown>> {
  return {
    ...(data === undefined ? {} : { data: mapTexts(data, redact) }),
    ...(missing === undefined ? {} : { missing: redact(missing) }),
  };
}

/**
 * Reads what `saveEvidence` wrote. Throws UserError that names the file and the problem: a folder without evidence, a
 * file that is not evidence, another version of a key, a number that JavaScript cannot hold exactly.
 */
export async function readEvidence(
  directory: string,
  collectors: readonly Collector<unknown>[],
): Promise<readonly Evidence<unknown>[]> {
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => FILE_NAME.test(name)).sort();
  if (files.length === 0)
    throw new UserError(`${directory} contains no evidence`, { next: ['difyctl preflight --save-evidence DIR'] });
  const versions = new Map(collectors.map(({ key }) => [key.name, key.version]));
  return Promise.all(
    files.map(async (name) => {
      const path = join(directory, name);
      const text = (await readTextIfThere(path, FILE_LIMIT)) ?? '';
      const evidence = parseEvidence(text, path, (key) => versions.get(key));
      if (name !== `${evidence.key}.${evidence.from}.json`) {
        throw new UserError(
          `${join(directory, name)} contains ${evidence.key} from ${evidence.from}, but its name says otherwise`,
        );
      }
      const version = versions.get(evidence.key);
      if (version !== undefined && version !== evidence.version) {
        throw new UserError(
          `${name} was saved by another difyctl: its version is ${evidence.version}, expected ${version}`,
        );
      }
      return evidence;
    }),
  );
}
