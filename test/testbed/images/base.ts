import { DEBIAN_SETS } from '../debian/sets.ts';
import { type FileRecipe, type LayerRecipe, layer } from './recipe.ts';

/** A user of an image. Its group has the same name and number. */
export interface ImageUser {
  readonly name: string;
  readonly id: number;
  readonly home?: string;
}

/** Links that make /bin, /lib and others part of /usr. */
const MERGED_LINKS = { bin: 'usr/bin', sbin: 'usr/sbin', lib: 'usr/lib', lib64: 'usr/lib64' };

const FOLDERS = { tmp: 0o1777, run: 0o755, root: 0o700, 'usr/lib64': 0o755, 'usr/sbin': 0o755, 'var/log': 0o755 };

/**
 * The base if upstream uses Alpine: only busybox. It is Debian's, linked with the C library (a static one crashes when
 * it resolves a name).
 */
const alpine = layer({
  packages: ['busybox', 'libc-bin'],
  programs: ['bin/busybox', 'usr/bin/getent'],
  folders: ['usr/lib/locale/C.utf8'],
  directories: FOLDERS,
  links: { ...MERGED_LINKS, 'var/run': '../run', ...busyboxLinks() },
});

/** The base if upstream uses Debian or Ubuntu: bash and the usual tools. */
const debian = layer({
  packages: DEBIAN_SETS.base,
  programs: ['bin/', 'usr/bin/getent', 'usr/bin/ldd', 'usr/bin/env', 'usr/bin/find', 'usr/bin/xargs', ...coreutils()],
  folders: ['usr/lib/locale/C.utf8'],
  directories: FOLDERS,
  links: { ...MERGED_LINKS, 'usr/bin/sh': 'dash', 'var/run': '../run' },
});

/** The lowest layer of an image, by upstream's base system. */
export const BASES = { alpine, debian } as const;

/** Alpine if the tag contains `alpine`, otherwise Debian. */
export function baseOfTag(tag: string): LayerRecipe {
  return tag.includes('alpine') ? BASES.alpine : BASES.debian;
}

/** curl and the folder of public certificates, for images whose upstream has curl. */
export const curl: LayerRecipe = layer({
  packages: DEBIAN_SETS.curl,
  programs: ['usr/bin/curl'],
  directories: { 'etc/ssl/certs': 0o755 },
});

/** The files for lookups of users, groups and host names. */
export function accountFiles(users: readonly ImageUser[]): FileRecipe[] {
  const all: ImageUser[] = [{ name: 'root', id: 0, home: '/root' }, ...users, { name: 'nobody', id: 65534 }];
  const lines = (line: (user: ImageUser) => string): string => all.map((user) => `${line(user)}\n`).join('');
  const passwd = lines(({ name, id, home = '/' }) => `${name}:x:${id}:${id}:${name}:${home}:/bin/sh`);
  return [
    { path: 'etc/passwd', mode: 0o644, content: passwd },
    { path: 'etc/group', mode: 0o644, content: lines(({ name, id }) => `${name}:x:${id}:`) },
    // Without it, the C library asks the name server for localhost.
    { path: 'etc/nsswitch.conf', mode: 0o644, content: 'passwd: files\ngroup: files\nhosts: files dns\n' },
  ];
}

function busyboxLinks(): Record<string, string> {
  const applets =
    'ash basename cat chmod chown chroot clear cp cut date dd df diff dirname du echo egrep env expr false find free ' +
    'grep gunzip gzip head hostname id ip kill less ln ls md5sum mkdir mkfifo mktemp more mv nc nslookup od ping ' +
    'printenv printf ps pwd readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat stty sync tail tar tee ' +
    'test timeout touch tr true uname uniq vi wc wget which whoami xargs yes';
  return Object.fromEntries(applets.split(' ').map((applet) => [`usr/bin/${applet}`, 'busybox']));
}

function coreutils(): string[] {
  const names =
    'basename cut dirname expr head id install md5sum mkfifo nproc od printenv printf realpath seq ' +
    'sha256sum sort stat sum tail tee test timeout tr truncate tty uniq wc whoami yes';
  return names.split(' ').map((name) => `usr/bin/${name}`);
}
