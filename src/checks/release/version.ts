import { isOlder } from '../../base/version-order.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type InstalledFact, RELEASE_INSTALLED } from '../../evidence/release/installed.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import { UPGRADE_STEPS } from '../../versions/upgrade-path.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { execInApi } from '../exec-command.ts';
import { deploymentOf, finding, listed, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

const EXPECTED = 'the version that is installed, or a newer one';

export const releaseVersion: Check = {
  id: 'release.version',
  title: 'the Dify version is not older than the installed one',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [RELEASE_INSTALLED],
  optional: [RENDERED_OBJECTS],
  remedy: 'difyctl status',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const living = context.evidence(RELEASE_INSTALLED);
    const running = newest(living.images.flatMap(versionOf));
    const recorded = living.records.findLast(({ outcome }) => outcome !== 'open');
    const installed = running ?? recorded?.version;
    if (installed === undefined) return unread(living);
    if (!isOlder(deployment.version, installed)) return upgraded(context, installed);
    if (running !== undefined) return downgrade(deployment, running);
    return finding('warn', {
      observed: `${installed} was installed last (revision ${recorded?.number}), and ${deployment.version} is older`,
      expected: `${EXPECTED}, if its database still exists`,
      remedy: `set version: ${installed}, or make sure that the database is empty or older than this version`,
    });
  },
};

/** The version in the tag of a `dify-api` image, without its digest: `1.16.1`. Empty if the tag is no version. */
function versionOf(image: string): readonly string[] {
  const tag = /dify-api:(\d+\.\d+\.\d+[^@]*)/.exec(image)?.[1];
  return tag === undefined ? [] : [tag];
}

function newest(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>(
    (best, version) => (best === undefined || isOlder(best, version) ? version : best),
    undefined,
  );
}

function unread({ images }: InstalledFact): Judgement {
  if (images.length === 0) return pass('nothing is installed yet', EXPECTED);
  return finding('warn', {
    observed: `the tag of the running image is not a version: ${some(images)}`,
    expected: EXPECTED,
    remedy: 'read the X-Version header of /console/api/ping, and set version to that version or a newer one',
  });
}

function downgrade({ version }: Deployment, running: string): Judgement {
  return finding('fail', {
    observed: `${running} runs, but the file says ${version}`,
    expected: EXPECTED,
    message: `${running} runs, but the file says ${version}: Dify has no downgrade migrations, and an older api fails with "Can't locate revision" on the newer schema`,
    remedy: `set version: ${running}; to downgrade, run difyctl uninstall, restore a database from before ${running}, and run difyctl install`,
  });
}

function upgraded(context: JudgeContext, installed: string): Judgement {
  const { version } = deploymentOf(context);
  const steps = UPGRADE_STEPS.filter(
    (step) => step.commands.length > 0 && isOlder(installed, step.version) && !isOlder(version, step.version),
  );
  const observed = installed === version ? `${version} is installed` : `${installed} is installed, ${version} is newer`;
  if (steps.length === 0) return pass(observed, EXPECTED);
  const commands = steps.flatMap((step) => step.commands);
  return finding('warn', {
    observed: `${observed}, and ${listed(steps.map((step) => step.version))} required manual steps`,
    expected: 'no manual step between the two versions',
    remedy: `after the install, run: ${commands.map(({ command }) => `${execInApi(context)} ${command}`).join(' && ')}`,
  });
}
