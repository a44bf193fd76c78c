import { ownLabels } from '../base/own-labels.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { apiImage, imageName } from '../render/images.ts';

/** The user of Dify's own images; any but root would do. */
const USER = 1001;
/** Seconds after which the cluster ends and removes a job whose difyctl was killed. */
const KEEP_SECONDS = 30;

export interface PodJob {
  readonly name: string;
  readonly namespace: string;
  readonly deployment: Deployment;
  /** Which part of difyctl makes it, as the label `app.kubernetes.io/component`. */
  readonly component: string;
  /** What the container runs. */
  readonly command: readonly string[];
  /** Has to succeed before the pod is ready. */
  readonly startup?: readonly string[];
  /** Claims that the pod mounts. */
  readonly claims?: readonly string[];
  /** Seconds after which the cluster ends it, should nobody else. */
  readonly deadlineSeconds: number;
}

/** The image of probes and jobs: `images.toolImage`, else the api image, which an install needs anyway and which holds Python 3. */
function toolImageOf({ images, version }: Pick<Deployment, 'images' | 'version'>): string {
  return images?.toolImage ?? imageName(apiImage(version), images?.registry);
}

/**
 * A Job of one small pod that restricted Pod Security admits: no root, no capability, no token of a service account, nothing written. It names no
 * secret but the registry's. The cluster ends and removes it by itself, should difyctl be killed.
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

/** Labels of a job, its pod and what belongs to them. */
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
        // Limits too: a quota on limits refuses pods without any.
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
