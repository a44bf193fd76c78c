import { HOST_KERNEL } from '../../evidence/host/kernel.ts';
import type { Check } from '../check.ts';
import { finding, listed, pass } from '../judgement.ts';
import { error } from '../when.ts';
import { localCheck } from './local-check.ts';

export const hostCpuLevel: Check = localCheck(
  {
    id: 'host.cpu-level',
    title: 'the processor has the features that the Python packages of the images need',
    severity: error,
    remedy:
      'set the CPU type of the virtual machine to that of its host (QEMU: -cpu host; Proxmox: type host), or to x86-64-v2-AES',
  },
  HOST_KERNEL,
  ({ missingCpuFeatures }) => {
    const expected = 'x86-64-v2';
    if (missingCpuFeatures === undefined)
      return pass('the processor is not x86-64, or its features cannot be read', expected);
    if (missingCpuFeatures.length === 0) return pass(expected);
    const observed = `the processor lacks ${listed(missingCpuFeatures)} of x86-64-v2`;
    return finding('fail', {
      observed,
      expected,
      message: `${observed}: NumPy does not load, and the api does not start`,
    });
  },
);
