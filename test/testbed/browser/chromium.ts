import path from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { architecture } from '../debian/architecture.ts';
import { debianTree } from '../debian/tree.ts';

export const CHROMIUM_PACKAGES = ['chromium-headless-shell', 'fonts-dejavu-core'];

/** Debian's headless shell of Chromium, which asks nobody on the network for anything. @throws Unavailable where Debian's packages cannot be had */
export async function startChromium(): Promise<Browser> {
  const tree = await debianTree(CHROMIUM_PACKAGES);
  // PulseAudio's own library lies in a folder of its own, which an installed one is linked to find.
  const libraries = [tree.env.LD_LIBRARY_PATH, path.join(tree.root, 'usr/lib', architecture().triplet, 'pulseaudio')];
  return puppeteer.launch({
    executablePath: path.join(tree.root, 'usr/lib/chromium/chromium-headless-shell'),
    // Its tree may lie where no sandbox can be set up, and tests run as root; it opens pages of our own alone.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
    env: {
      ...tree.env,
      LD_LIBRARY_PATH: libraries.join(':'),
      FONTCONFIG_PATH: path.join(tree.root, 'etc/fonts'),
      FONTCONFIG_SYSROOT: tree.root,
    },
  });
}
