import type { ComponentName } from '../../checklist/components.ts';
import {
  AUDIT_SCALERS,
  AUDIT_SETTINGS,
  AUDIT_WORKLOADS,
  type AuditedScaler,
  type AuditedWorkload,
} from '../../evidence/audit/facts.ts';
import { tagOf } from '../../evidence/audit/roles.ts';
import type { JudgeContext } from '../check.ts';

/** The workloads of the installation. A check that calls this requires AUDIT_WORKLOADS. */
export function workloadsOf({ evidence }: JudgeContext): readonly AuditedWorkload[] {
  return evidence(AUDIT_WORKLOADS);
}

/** The workloads that run one of these Dify processes. */
export function running(context: JudgeContext, ...names: readonly ComponentName[]): readonly AuditedWorkload[] {
  return workloadsOf(context).filter(({ component }) => component !== undefined && names.includes(component));
}

/** True for a Compose project. */
export function isCompose(context: JudgeContext): boolean {
  return workloadsOf(context).some(({ kind }) => kind === 'service');
}

/** The settings of a workload. A check that calls this requires AUDIT_SETTINGS. */
export function settingsOf({ evidence }: JudgeContext, { name }: AuditedWorkload): Readonly<Record<string, string>> {
  return evidence(AUDIT_SETTINGS)[name] ?? {};
}

/** `Deployment dify-api`, `service api`. */
export function named({ kind, name }: AuditedWorkload): string {
  return `${kind} ${name}`;
}

/** The autoscalers; empty if they may not be listed. A check that calls this lists AUDIT_SCALERS in `optional`. */
export function scalersOf({ optionalEvidence }: JudgeContext): readonly AuditedScaler[] {
  return optionalEvidence(AUDIT_SCALERS)?.data ?? [];
}

/** The smallest number of copies of a workload: of its autoscaler, or what it asks for. */
export function leastCopies({ name, replicas }: AuditedWorkload, scalers: readonly AuditedScaler[]): number {
  const scaler = scalers.find(({ workload }) => workload === name);
  return scaler?.least ?? replicas;
}

/** The largest number of copies. */
export function mostCopies({ name, replicas }: AuditedWorkload, scalers: readonly AuditedScaler[]): number {
  const scaler = scalers.find(({ workload }) => workload === name);
  return Math.max(scaler?.most ?? 0, replicas);
}

/** The version of Dify in the tag of the API's image; undefined if there is no API or its tag is no version. */
export function difyVersion(context: JudgeContext): string | undefined {
  const [api] = [...running(context, 'api'), ...running(context, 'worker', 'web')];
  return versionIn(api?.image ?? '');
}

/** `1.10.1-fix.1` in the tag of an image; undefined if the tag is no version. */
export function versionIn(image: string): string | undefined {
  return /^v?(\d+\.\d+\.\d+(?:-(?:fix|rc|beta|alpha)[\w.]*)?)/.exec(tagOf(image))?.[1];
}
