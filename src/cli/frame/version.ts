import { API_VERSION, DIFYCTL_VERSION } from '../../base/version.ts';

/** True if the command line asks only for the version. */
export function isVersionRequest(argv: readonly string[]): boolean {
  return argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V');
}

/**
 * The text of `--version`. Dify itself ships an unrelated client of the same name since 1.15.0 (release assets
 * `difyctl-v<version>-<os>-<arch>`); the first line distinguishes the two.
 */
export function versionText(): string {
  return [
    `difyctl ${DIFYCTL_VERSION} (installer)`,
    'This is the installer and validator for Dify, also called dify-installer. Dify ships an unrelated client with the',
    'same name for a running Dify: its --version does not print (installer). To see which program is first on PATH,',
    'run: command -v difyctl',
    '',
  ].join('\n');
}

/** The document of `--version -o json`. */
export function versionDocument(): Readonly<Record<string, string>> {
  return { apiVersion: API_VERSION, kind: 'Version', program: 'installer', difyctl: DIFYCTL_VERSION };
}
