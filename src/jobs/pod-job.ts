import { ownLabels } from '../base/own-labels.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { apiImage, imageName } from '../render/images.ts';

/** The user id of Dify's own images. Any id except root's would work. */
const USER = 1001;
/** Seconds that the cluster keeps a finished job before it deletes it, so that a killed difyctl leaves none. */
const KEEP_SECONDS = 30;

export interface PodJob {
  readonly name: string;
  readonly namespace: string;
  readonly deployment: Deployment;
  /** The part of difyctl that creates the job, as the label `app.kubernetes.io/component`. */
  readonly component: string;
  /** The command of the container. */
  readonly command: readonly string[];
  /** Command that must succeed before the pod is ready. */
  readonly startup?: readonly string[];
  /** Names of PersistentVolumeClaims that the pod mounts. */
  readonly claims?: readonly string[];
  /** Seconds after which the cluster ends the job, in case difyctl does not. */
  readonly deadlineSeconds: number;
}

/**
 * Returns the image of probes and jobs: `images.toolImage`, otherwise the api image, which an install needs anyway and
 * which has Python 3.
 */
function toolImageOf({ images, version }: Pick<Deployment, 'images' | 'version'>): string {
  return images?.toolImage ?? imageName(apiImage(version), images?.registry);
}

/**
 * Returns a Job of one small pod that the restricted Pod Security level admits: no root, no capability, no service
 * account token, a read-only root file system. It names no secret except the registry's. If difyctl is killed, the
 * cluster ends and deletes the job.
 */
export function podJob(job: PodJob): object {
  const { name, namespace, deployment, deadlineSeconds } = job;
  const labels = jobLabels(name, deployment.name, job.component);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: deadlineSeconds,
      ttlSecondsAfterFinished: KEEP_SECONDS,
      template: { metadata: { labels }, spec: podSpec(job) },
    },
  };
}

/** Returns the labels of a job, its pod and its other objects. */
export function jobLabels(name: string, deployment: string, component: string): Readonly<Record<string, string>> {
  return { ...ownLabels(deployment), 'app.kubernetes.io/component': component, 'difyctl/job': name };
}

function podSpec({ deployment, command, startup, claims = [] }: PodJob): object {
  const { images } = deployment;
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 2,
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    ...(images?.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: images.pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
    containers: [
      {
        name: 'difyctl',
        image: toolImageOf(deployment),
        imagePullPolicy: 'IfNotPresent',
        command,
        // Limits too, because a quota on limits refuses pods without them.
        resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '500m', memory: '128Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        volumeMounts: claims.map((claimName) => ({ name: claimName, mountPath: `/mnt/${claimName}` })),
        ...(startup === undefined
          ? {}
          : {
              startupProbe: { exec: { command: startup }, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 60 },
            }),
      },
    ],
  };
}
