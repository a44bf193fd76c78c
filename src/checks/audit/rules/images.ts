import { isOlder } from '../../../base/version-order.ts';
import { AUDIT_WORKLOADS, type AuditedWorkload } from '../../../evidence/audit/facts.ts';
import { repositoryOf, tagOf } from '../../../evidence/audit/roles.ts';
import { difyProfile } from '../../../versions/dify-profile.ts';
import { isPinned } from '../../config/pinned-images.ts';
import { counted, finding, listed, pass, some } from '../../judgement.ts';
import { faultsOf } from '../../release/known-faults.ts';
import { error, errorInProd, warning } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { difyVersion, named, running, versionIn, workloadsOf } from '../context.ts';

export const auditPinnedImages = auditCheck({
  id: 'config.pinned-images',
  title: 'every image is pinned to a version',
  severity: errorInProd,
  risk: 5,
  change: 'pins every image to a version, nginx and squid too',
  requires: [AUDIT_WORKLOADS],
  remedy: 'name a version or a digest for each image',
  judge: (context) => {
    const images = workloadsOf(context).flatMap(({ name, images: all }) => all.map((image) => ({ name, image })));
    const floating = images.filter(({ image }) => image !== '' && !isPinned(image));
    const expected = 'a version or a digest for each image';
    if (floating.length === 0)
      return pass(`${counted(new Set(images.map(({ image }) => image)).size, 'image')} pinned`, expected);
    const words = floating.map(({ name, image }) => `${image} of ${name}`);
    return finding('fail', {
      observed: some(words, 8),
      expected,
      message: `not pinned: ${some(words, 8)}; the next restart may run another version`,
    });
  },
});

/** Security updates that let others in; other faults of a release are for review. */
const TAKEN_OVER = /CVE-/;

export const auditKnownFaults = auditCheck({
  id: 'release.known-faults',
  title: 'the installed release has no known serious error',
  severity: error,
  risk: 10,
  change: 'installs 1.16.1 by default',
  requires: [AUDIT_WORKLOADS],
  remedy: 'upgrade to 1.16.1',
  judge: (context) => {
    const expected = 'a release without a known error that endangers data or users';
    const dify = running(context, 'web', 'api', 'worker', 'beat', 'apiWebsocket');
    const bad = dify.flatMap((one) => {
      const version = versionIn(one.image);
      return version === undefined ? [] : faultsOf(version).map((release) => ({ one, version, ...release }));
    });
    const taken = bad.filter(({ one, why }) => TAKEN_OVER.test(why) && one.component === 'web');
    const other = bad.filter(({ why }) => !TAKEN_OVER.test(why));
    const [first] = [...taken, ...other];
    if (first === undefined) return pass(difyVersion(context) ?? 'no version in the tags', expected);
    const observed = `${named(first.one)} runs ${first.version}: ${first.why}`;
    return finding(taken.length > 0 ? 'fail' : 'warn', {
      observed,
      expected,
      remedy: `upgrade to 1.16.1; ${first.next}`,
    });
  },
});

/** Weaviate that the client of Dify since 1.9.2 needs (docs.dify.ai, Weaviate v4 migration). */
const WEAVIATE_SINCE = { dify: '1.9.2', weaviate: '1.27.0' } as const;

export const auditCompanions = auditCheck({
  id: 'release.companions',
  title: 'the other images are those of this Dify version',
  severity: warning,
  risk: 5,
  change: 'renders the sandbox, the plugin daemon and the vector store that its Dify version was released with',
  requires: [AUDIT_WORKLOADS],
  remedy: 'use the images that were released with this version of Dify; difyctl images lists them',
  judge: (context) => {
    const version = difyVersion(context);
    const expected = version === undefined ? 'one version' : `the images of Dify ${version}`;
    if (version === undefined) return { ...pass('the tag of the API is no version', expected), status: 'skip' };
    const wrong = [
      ...strangers(version, running(context, 'worker', 'beat', 'apiWebsocket', 'web', 'agentBackend', 'localSandbox')),
      ...released(version, workloadsOf(context)),
      ...oldWeaviate(version, workloadsOf(context)),
    ];
    if (wrong.length === 0) return pass(`all fit Dify ${version}`, expected);
    return finding('warn', {
      observed: listed(wrong),
      expected,
      message: `Dify ${version} runs with ${listed(wrong)}`,
    });
  },
});

/** Images that carry Dify's own version and another one than the API. */
function strangers(version: string, workloads: readonly AuditedWorkload[]): readonly string[] {
  return workloads.flatMap(({ name, image }) => {
    const own = versionIn(image);
    return own === undefined || own === version ? [] : [`${repositoryOf(image)} ${own} in ${name}`];
  });
}

/** A sandbox or a plugin daemon of another version than the release has. Empty for a release that is not known. */
function released(version: string, workloads: readonly AuditedWorkload[]): readonly string[] {
  const profile = difyProfile(version);
  if (profile === undefined) return [];
  return workloads.flatMap(({ component, name, image }) => {
    if (component !== 'sandbox' && component !== 'pluginDaemon') return [];
    const [own, wanted] = [versionIn(image), profile.images[component].replace('-local', '')];
    if (own === undefined || tagOf(image) === '' || own === wanted) return [];
    return [`${repositoryOf(image)} ${own} in ${name} (released with ${wanted})`];
  });
}

function oldWeaviate(version: string, workloads: readonly AuditedWorkload[]): readonly string[] {
  if (isOlder(version, WEAVIATE_SINCE.dify)) return [];
  return workloads
    .filter(({ image }) => repositoryOf(image) === 'weaviate')
    .flatMap(({ name, image }) => {
      const own = versionIn(image);
      return own !== undefined && isOlder(own, WEAVIATE_SINCE.weaviate)
        ? [`Weaviate ${own} in ${name} (${WEAVIATE_SINCE.weaviate} or newer is needed)`]
        : [];
    });
}
