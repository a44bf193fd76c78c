import path from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { architecture } from '../debian/architecture.ts';
import { DEBIAN_SETS } from '../debian/sets.ts';
import { debianTree } from '../debian/tree.ts';

/**
 * Starts Debian's headless shell of Chromium, which makes no network requests of its own.
 *
 * @throws Unavailable if Debian's packages cannot be downloaded
 */
export async function startChromium(): Promise<Browser> {
  const tree = await debianTree(DEBIAN_SETS.chromium);
  // PulseAudio's private library is in a subfolder, where programs of an installed Chromium find it by their linkage.
  const libraries = [tree.env.LD_LIBRARY_PATH, path.join(tree.root, 'usr/lib', architecture().triplet, 'pulseaudio')];
  return puppeteer.launch({
    executablePath: path.join(tree.root, 'usr/lib/chromium/chromium-headless-shell'),
    // The sandbox may be impossible where the tree is, and tests run as root. It opens only pages of the tests.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    env: {
      ...tree.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      FONTCONFIG_PATH: path.join(tree.root, 'etc/fonts'),
      FONTCONFIG_SYSROOT: tree.root,
    },
  });
}
