import type { ComponentName } from '../checklist/components.ts';

/** The parts of one release of Dify, and the targets for which difyctl renders it. */
export interface DifyProfile {
  /** Dify's own version: the tag of the images api and web. */
  readonly version: string;
  /** Tags of the images with versions of their own. */
  readonly images: { readonly sandbox: string; readonly pluginDaemon: string };
  /** Components that the release does not have. */
  readonly without: readonly ComponentName[];
  /**
   * Charts of the community repository that difyctl renders for this release, newest first. Empty if it is not rendered
   * on Kubernetes.
   */
  readonly charts: readonly string[];
  /** True if difyctl renders the release for Docker Compose. */
  readonly compose: boolean;
  /** The Celery application for a ping; since 1.13.3 one that does not load Dify. */
  readonly celeryApp: string;
}

const AGENT: readonly ComponentName[] = ['agentBackend', 'localSandbox'];

/** `celery_healthcheck` exists since 1.13.3. Older releases are pinged through the whole application. */
const HEALTHCHECK_APP = 'celery_healthcheck.celery';
const WHOLE_APP = 'app.celery';

/**
 * Releases that difyctl renders, oldest first. Sources: values.yaml and Chart.yaml of the community chart's tags
 * (images, components); Dify's `docker/docker-compose-template.yaml` of 1.13.3 and 1.16.0, and the release notes of
 * 1.15.0 and 1.16.0 (services).
 */
export const DIFY_PROFILES: readonly DifyProfile[] = [
  {
    version: '1.9.1',
    images: { sandbox: '0.2.12', pluginDaemon: '0.3.0-local' },
    without: [...AGENT, 'apiWebsocket'],
    charts: ['0.31.0'],
    compose: false,
    celeryApp: WHOLE_APP,
  },
  {
    version: '1.10.0',
    images: { sandbox: '0.2.12', pluginDaemon: '0.4.1-local' },
    without: [...AGENT, 'apiWebsocket'],
    charts: ['0.33.0'],
    compose: false,
    celeryApp: WHOLE_APP,
  },
  {
    version: '1.10.1-fix.1',
    images: { sandbox: '0.2.12', pluginDaemon: '0.4.1-local' },
    without: [...AGENT, 'apiWebsocket'],
    charts: ['0.35.0'],
    compose: false,
    celeryApp: WHOLE_APP,
  },
  {
    version: '1.12.1',
    images: { sandbox: '0.2.12', pluginDaemon: '0.5.3-local' },
    without: [...AGENT, 'apiWebsocket'],
    charts: ['0.36.0'],
    compose: false,
    celeryApp: WHOLE_APP,
  },
  {
    version: '1.13.3',
    images: { sandbox: '0.2.14', pluginDaemon: '0.5.3-local' },
    without: [...AGENT, 'apiWebsocket'],
    charts: [],
    compose: true,
    celeryApp: HEALTHCHECK_APP,
  },
  {
    version: '1.14.2',
    images: { sandbox: '0.2.15', pluginDaemon: '0.6.1-local' },
    without: AGENT,
    charts: ['0.37.0'],
    compose: true,
    celeryApp: HEALTHCHECK_APP,
  },
  {
    version: '1.15.0',
    images: { sandbox: '0.2.15', pluginDaemon: '0.6.3-local' },
    without: AGENT,
    charts: [],
    compose: true,
    celeryApp: HEALTHCHECK_APP,
  },
  {
    version: '1.16.0',
    images: { sandbox: '0.2.15', pluginDaemon: '0.6.3-local' },
    without: [],
    charts: ['0.38.0', '0.38.0-rc2'],
    compose: true,
    celeryApp: HEALTHCHECK_APP,
  },
  {
    version: '1.16.1',
    images: { sandbox: '0.2.15', pluginDaemon: '0.6.3-local' },
    without: [],
    charts: ['0.38.0', '0.38.0-rc2'],
    compose: true,
    celeryApp: HEALTHCHECK_APP,
  },
];

/** The profile of a release. Undefined if difyctl does not render it. */
export function difyProfile(version: string): DifyProfile | undefined {
  return DIFY_PROFILES.find((profile) => profile.version === version);
}
