import { expect, it } from 'vitest';
import { mountOf } from '../../../src/evidence/host/mount.ts';

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
40 22 8:17 / /srv rw,noexec,nosuid shared:2 - ext4 /dev/sdb1 rw
41 22 8:33 / /srv/a\\040disk rw - fuseblk /dev/sdc1 rw,user_id=0
42 22 8:49 / /mnt/old rw - ext4 /dev/sdd1 ro
43 22 8:50 / /mnt/old rw - xfs /dev/sde1 rw
44 22 8:51 / /opt rw - ext4 /dev/sdf1 ro,noatime
`;

it.each([
  ['/home/dify', { point: '/', type: 'ext4', isReadOnly: false, isNoExec: false }],
  ['/srv', { point: '/srv', type: 'ext4', isReadOnly: false, isNoExec: true }],
  ['/srvs/dify', { point: '/' }],
  ['/srv/a disk/dify', { point: '/srv/a disk', type: 'fuseblk', isNoExec: false }],
  ['/mnt/old/dify', { type: 'xfs', isReadOnly: false }],
  ['/opt/dify', { point: '/opt', isReadOnly: true }],
])('%s is on its own mount', (folder, expected) => {
  expect(mountOf(MOUNTS, folder)).toMatchObject(expected);
});

it('is unknown if the machine does not report its mounts', () => {
  expect(mountOf('', '/srv')).toBeUndefined();
});
