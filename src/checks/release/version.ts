import { isOlder } from '../../base/version-order.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type InstalledFact, RELEASE_INSTALLED } from '../../evidence/release/installed.ts';
import { UPGRADE_STEPS } from '../../versions/upgrade-path.ts';
import type { Check, Judgement } from '../check.ts';
import { execInApi } from '../exec-command.ts';
import { deploymentOf, finding, listed, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';

const EXPECTED = 'the version that is installed, or a newer one';

export const releaseVersion: Check = {
  id: 'release.version',
  title: 'Dify is not older than the installation that lives',
  phases: ['preflight'],
  severity: error,
  when: withFile,
  requires: [RELEASE_INSTALLED],
  remedy: 'difyctl status',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const living = context.evidence(RELEASE_INSTALLED);
    const running = newest(living.images.flatMap(versionOf));
    const recorded = living.records.findLast(({ outcome }) => outcome !== 'open');
    const installed = running ?? recorded?.version;
    if (installed === undefined) return unread(living);
    if (!isOlder(deployment.version, installed)) return upgraded(deployment, installed);
    if (running !== undefined) return downgrade(deployment, running);
    return finding('warn', {
      observed: `${installed} was installed here last (revision ${recorded?.number}), ${deployment.version} is older`,
      expected: `${EXPECTED}, where its database was kept`,
      remedy: `set version: ${installed}, or make sure that the database is empty or from before it`,
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
    observed: `the tag of what runs is no version: ${some(images)}`,
    expected: EXPECTED,
    remedy: 'see the X-Version header of /console/api/ping, and let version be no older than that',
  });
}

function downgrade({ version }: Deployment, running: string): Judgement {
  return finding('fail', {
    observed: `${running} runs, and the file says ${version}`,
    expected: EXPECTED,
    message: `${running} runs, and the file says ${version}: Dify's migrations go forward only, and an older api ends with "Can't locate revision" on the newer schema`,
    remedy: `set version: ${running}; the way back is difyctl uninstall, a database restored from before ${running}, and difyctl install`,
  });
}

function upgraded(deployment: Deployment, installed: string): Judgement {
  const { version } = deployment;
  const steps = UPGRADE_STEPS.filter(
    (step) => step.commands.length > 0 && isOlder(installed, step.version) && !isOlder(version, step.version),
  );
  const observed = installed === version ? `${version} is installed` : `${installed} is installed, ${version} is newer`;
  if (steps.length === 0) return pass(observed, EXPECTED);
  const commands = steps.flatMap((step) => step.commands);
  return finding('warn', {
    observed: `${observed}, and ${listed(steps.map((step) => step.version))} asked for more than another image`,
    expected: 'no step by hand between the two',
    remedy: `once it is installed: ${commands.map(({ command }) => `${execInApi(deployment)} ${command}`).join(' && ')}`,
  });
}
