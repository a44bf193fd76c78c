import { isObject } from '../../base/json.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';

/** Added capabilities that level baseline allows; level restricted allows only NET_BIND_SERVICE. */
const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const RESTRICTED_VOLUMES = new Set([
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/**
 * What Pod Security admission would refuse of a pod, at each level. Source: Kubernetes documentation, "Pod Security
 * Standards" (v1.34). Rules that no Dify chart can break (AppArmor, SELinux, sysctls, Windows) are left out.
 */
export function podSecurityBreaches(spec: unknown): {
  readonly baseline: readonly string[];
  readonly restricted: readonly string[];
} {
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  const baseline = [...new Set([...hostBreaches(spec), ...containers.flatMap(baselineBreaches)])];
  const restricted = new Set([
    ...baseline,
    ...volumeBreaches(spec),
    ...containers.flatMap((container) => restrictedBreaches(container, at(spec, 'securityContext'))),
  ]);
  return { baseline, restricted: [...restricted] };
}

function hostBreaches(spec: unknown): readonly string[] {
  const shared = ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => at(spec, key) === true);
  const paths = listAt(spec, 'volumes').some((volume) => at(volume, 'hostPath') !== undefined);
  return [...shared, ...(paths ? ['hostPath volumes'] : [])];
}

function baselineBreaches(container: unknown): readonly string[] {
  const context = at(container, 'securityContext');
  const added = listAt(context, 'capabilities', 'add').filter(
    (name) => typeof name === 'string' && !BASELINE_CAPABILITIES.has(name),
  );
  const ports = listAt(container, 'ports').some(
    (port) => typeof at(port, 'hostPort') === 'number' && at(port, 'hostPort') !== 0,
  );
  return [
    ...(at(context, 'privileged') === true ? ['privileged containers'] : []),
    ...added.map((name) => `capability ${String(name)}`),
    ...(ports ? ['host ports'] : []),
    ...(profileOf(context) === 'Unconfined' ? ['seccomp unconfined'] : []),
  ];
}

function restrictedBreaches(container: unknown, pod: unknown): readonly string[] {
  const context = at(container, 'securityContext');
  const own = (key: string) => at(context, key) ?? at(pod, key);
  const dropsAll = listAt(context, 'capabilities', 'drop').includes('ALL');
  const added = listAt(context, 'capabilities', 'add').some((name) => name !== 'NET_BIND_SERVICE');
  const profile = profileOf(context) || profileOf(pod);
  return [
    ...(own('runAsNonRoot') === true && own('runAsUser') !== 0 ? [] : ['may run as root']),
    ...(at(context, 'allowPrivilegeEscalation') === false ? [] : ['privilege escalation not forbidden']),
    ...(dropsAll && !added ? [] : ['capabilities not dropped']),
    ...(profile === 'RuntimeDefault' || profile === 'Localhost' ? [] : ['no seccomp profile']),
  ];
}

function volumeBreaches(spec: unknown): readonly string[] {
  const kinds = listAt(spec, 'volumes').flatMap((volume) => (isObject(volume) ? Object.keys(volume) : []));
  return [...new Set(kinds)]
    .filter((kind) => !RESTRICTED_VOLUMES.has(kind) && kind !== 'hostPath')
    .map((kind) => `${kind} volumes`);
}

function profileOf(context: unknown): string {
  return textAt(context, 'seccompProfile', 'type');
}
