import { shellWord } from '../../base/shell-word.ts';
import { HOST_DIRECTORY } from '../../evidence/host/directory.ts';
import { HOST_KERNEL } from '../../evidence/host/kernel.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { localCheck } from './local-check.ts';

/** SELinux types that containers may use. Engines set the first one for `:z`. */
const CONTAINER_TYPES = ['container_file_t', 'svirt_sandbox_file_t', 'container_share_t'];

export const hostSelinux = localCheck(
  {
    id: 'host.selinux',
    title: 'SELinux allows containers to use the project’s folder',
    severity: error,
    remedy: 'set the SELinux type of the folder to container_file_t',
  },
  HOST_DIRECTORY,
  ({ directory, label }, _, { security }) => {
    const expected = `type ${CONTAINER_TYPES[0]} on ${directory}`;
    if (!security.includes('selinux')) return pass('the engine does not confine containers with SELinux', expected);
    if (CONTAINER_TYPES.includes(label)) return pass(`type ${label}`, expected);
    return finding('fail', {
      observed: `the engine confines containers with SELinux, and the type of ${directory} is ${label || 'unknown'}`,
      expected,
      remedy: `mkdir -p ${shellWord(directory)} && semanage fcontext -a -t container_file_t ${shellWord(`${directory}(/.*)?`)} && restorecon -R ${shellWord(directory)}`,
    });
  },
);

export const hostRootless = localCheck(
  {
    id: 'host.rootless',
    title: 'the engine has the rights that the deployment needs',
    severity: error,
    remedy: 'use an engine that runs as root, or the settings that the message names',
  },
  HOST_KERNEL,
  ({ unprivilegedPorts }, context, { security }) => {
    const { target } = deploymentOf(context);
    const expected = 'an engine that can publish the ports and change the owners of folders';
    if (target.type !== 'compose') return pass('no engine', expected);
    const ports = [target.httpPort, ...(target.tls === undefined ? [] : [target.httpsPort])];
    const low = ports.filter((port) => port < unprivilegedPorts);
    if (security.includes('rootless') && low.length > 0) {
      return finding('fail', {
        observed: `the engine runs without root and cannot publish port ${listed(low.map(String))}`,
        expected,
        remedy: `sysctl -w net.ipv4.ip_unprivileged_port_start=${Math.min(...low)} (and in /etc/sysctl.d), or choose ports from ${unprivilegedPorts} on`,
      });
    }
    if (security.includes('userns')) {
      return finding('warn', {
        observed:
          'the engine maps users of containers to others (userns-remap): containers cannot change the owners of folders that it creates',
        expected,
        remedy:
          'create the folders below volumes beforehand, with the mapped users (/etc/subuid) as owners, or disable userns-remap',
      });
    }
    return pass(
      security.includes('rootless')
        ? 'an engine without root that can publish these ports'
        : 'an engine that runs as root',
      expected,
    );
  },
);
