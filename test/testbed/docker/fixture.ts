import { useTestbed } from '../fixtures.ts';
import { buildImages } from '../images/build.ts';
import { progressPrinter } from '../provision/progress.ts';
import { claim, release } from '../shared/pool.ts';
import { testRun } from '../shared/run.ts';
import type { DockerHost } from './host.ts';
import { onlyImages, SHARED_DOCKER } from './shared.ts';
import { upDocker } from './up.ts';

interface UsedDocker {
  readonly docker: DockerHost;
}

/** Starts a Docker host with these images for the tests of a file or `describe`. */
export function useDockerHost(images: readonly string[]): UsedDocker {
  return used(
    images,
    () => upDocker({ onProgress: progressPrinter() }),
    (docker) => docker.down(),
  );
}

/**
 * Provides a Docker host that has exactly these images for the tests of a file or `describe`. Files of one test run
 * use it one after another; it has no containers, volumes or networks of the file before.
 */
export function useSharedDockerHost(images: readonly string[]): UsedDocker {
  const run = testRun();
  if (run === undefined) return useDockerHost(images);
  return used(
    images,
    async () => {
      const docker = await claim(run, SHARED_DOCKER);
      await onlyImages(docker, images);
      return docker;
    },
    (docker) => release(run, SHARED_DOCKER, docker),
  );
}

function used(
  images: readonly string[],
  up: () => Promise<DockerHost>,
  down: (docker: DockerHost) => Promise<void>,
): UsedDocker {
  const testbed = useTestbed(async () => {
    const docker = await up();
    try {
      await buildImages(docker, images, { onProgress: progressPrinter() });
    } catch (error) {
      await down(docker);
      throw error;
    }
    return docker;
  }, down);
  return {
    get docker(): DockerHost {
      return testbed.get();
    },
  };
}
