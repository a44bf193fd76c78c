import { APP_WORKLOADS, type AppWorkload } from '../../evidence/app/workloads.ts';
import type { Check, Observation } from '../check.ts';
import { counted, finding, pass, some } from '../judgement.ts';
import { error, warning, withFile } from '../when.ts';

const KUBERNETES_REMEDY = 'difyctl status shows each workload; difyctl install resumes where it stopped';

/** Checks that every rendered workload exists and is ready. */
export const appWorkloads: Check = {
  id: 'app.workloads',
  title: 'every workload is available',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_WORKLOADS],
  remedy: KUBERNETES_REMEDY,
  judge: ({ evidence }) => {
    const all = evidence(APP_WORKLOADS);
    const short = all.filter(({ ready, desired }) => ready < desired);
    const observations = all.map(observation);
    const simulated = all.filter((one) => one.simulated).length;
    const note = simulated === 0 ? '' : `, ${simulated === all.length ? 'all' : simulated} of them simulated (kwok)`;
    const expected = `${counted(all.length, 'workload')} available`;
    if (short.length === 0) return { ...pass(`${expected}${note}`, expected), observations };
    return { ...finding('fail', { observed: some(short.map(shortfall)), expected }), observations };
  },
};

function observation(workload: AppWorkload): Observation {
  const { name, kind, ready, desired, holdup, simulated } = workload;
  const words = kind === 'job' ? (ready === 1 ? 'completed' : holdup || 'has not run') : `${ready} of ${desired} ready`;
  return {
    subject: name,
    from: 'local',
    status: ready < desired ? 'fail' : 'pass',
    observed: [words, kind === 'job' ? '' : holdup, simulated ? 'simulated' : '']
      .filter((word) => word !== '')
      .join(', '),
    expected: kind === 'job' ? 'completed' : `${desired} of ${desired} ready`,
  };
}

function shortfall({ name, kind, ready, desired, holdup }: AppWorkload): string {
  if (kind === 'job') return `${name} ${holdup || 'has not run'}`;
  return `${name} has ${ready} of ${desired}${holdup === '' ? '' : ` (${holdup})`}`;
}

/**
 * Milliseconds. Upstream's failing containers restart within seconds, so two minutes without a restart count as stable.
 */
const STABLE_MS = 120_000;

/** Checks that no process restarted recently. */
export const appRestarts: Check = {
  id: 'app.restarts',
  title: 'no container keeps restarting',
  phases: ['postflight'],
  severity: warning,
  when: withFile,
  requires: [APP_WORKLOADS],
  remedy:
    'check again in two minutes: difyctl postflight --only app.restarts; then read the log of the container that restarts',
  judge: ({ evidence, now }) => {
    const all = evidence(APP_WORKLOADS);
    const expected = 'no restart within the last 2 minutes';
    if (all.length > 0 && all.every(({ simulated }) => simulated)) {
      const reason = 'every pod is simulated (kwok): it has no process that could restart';
      return { status: 'skip', observed: reason, expected, message: reason };
    }
    const recent = all.filter(
      ({ lastRestart }) => lastRestart !== undefined && now.getTime() - Date.parse(lastRestart) < STABLE_MS,
    );
    if (recent.length > 0) {
      const names = recent.map(({ name, restarts }) => `${name} (${counted(restarts, 'restart')})`);
      return finding('warn', { observed: `restarted within the last 2 minutes: ${some(names)}`, expected });
    }
    const earlier = all.reduce((sum, { restarts }) => sum + restarts, 0);
    return pass(
      earlier === 0 ? 'no restarts' : `${counted(earlier, 'restart')}, none within the last 2 minutes`,
      expected,
    );
  },
};

/** Checks that every container runs a rendered image. */
export const appImages: Check = {
  id: 'app.images',
  title: 'every container runs the image that was rendered',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_WORKLOADS],
  remedy: 'find out who changed the images; difyctl install restores the rendered ones',
  judge: ({ evidence }) => {
    const running = evidence(APP_WORKLOADS).filter(({ images }) => images.length > 0);
    const wrong = running.flatMap(({ name, images, renderedImages }) =>
      images
        .filter((image) => !renderedImages.some((one) => isSame(one, image)))
        .map((image) => `${name} runs ${image}`),
    );
    const expected = 'the rendered images';
    if (wrong.length > 0) return finding('fail', { observed: some(wrong), expected });
    return pass(`${counted(running.length, 'workload')} with the rendered images`, expected);
  },
};

/** True if two references name the same image. Docker Hub's host and `library/` are optional. */
function isSame(one: string, other: string): boolean {
  const bare = (image: string): string =>
    image.replace(/^(?:docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '');
  return bare(one) === bare(other);
}
