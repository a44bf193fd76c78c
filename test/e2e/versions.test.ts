import { describe, expect, test } from 'vitest';
import { createComposeFixture, testComposeFile } from '../support/compose-fixture.ts';
import { createKubernetesFixture } from '../support/kubernetes-fixture.ts';
import { EVERY_ROW, testedComposeRows, testedKubernetesRows } from '../support/version-rows.ts';
import { everyRowDone, keyOf, repairDrift, runMainJob, versionsPage } from '../support/versions.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useSharedCluster } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { progressPrinter } from '../testbed/provision/progress.ts';

const codes = new Map<string, readonly number[]>();
const rows = testedKubernetesRows();
const BUILD_MS = 1_200_000;

describe('the main job on Kubernetes', () => {
  const testbed = useSharedCluster();

  test.each(rows)(
    'with $kubectl, $helm and $node',
    async ({ kubectl, helm, node }) => {
      const found = await ensure([kubectl, helm, node], { onProgress: progressPrinter() });
      const programs = { kubectl: found[kubectl] ?? '', helm: found[helm] ?? '', node: found[node] ?? '' };
      const scene = await createKubernetesFixture(
        testbed.cluster,
        `versions-${rows.findIndex((row) => row.kubectl === kubectl)}`,
        {
          programs,
        },
      );
      try {
        const place = await scene.workplace();
        const drift = () => repairDrift(place, programs.kubectl, scene.namespace);
        codes.set(keyOf({ kubectl, helm, node }), await runMainJob(place, drift));
      } finally {
        await scene.end();
        await testbed.cluster.kubectl(['delete', 'namespace', scene.namespace, '--ignore-not-found', '--wait=false']);
      }
    },
    BUILD_MS,
  );
});

describe('the main job on Docker Compose', () => {
  const testbed = useSharedDockerHost(composeImages());

  test.each(testedComposeRows())(
    'with %s',
    async (row) => {
      const { [row]: compose } = await ensure([row], { onProgress: progressPrinter() });
      const scene = await createComposeFixture(testbed.docker, {
        compose,
        file: testComposeFile,
      });
      try {
        codes.set(row, await runMainJob(await scene.workplace()));
      } finally {
        // An uninstall keeps the data, which would belong to the next row's installation.
        const volumes = (await scene.docker('volume', 'ls', '-q')).split('\n').filter((name) => name !== '');
        await scene.docker('volume', 'rm', ...volumes);
        await scene.end();
      }
    },
    BUILD_MS,
  );
});

test('docs/versions.md shows every row with the tested versions and commands', async () => {
  await expect(versionsPage(EVERY_ROW ? codes : everyRowDone())).toMatchFileSnapshot('../../docs/versions.md');
});
