/** A release of Dify that must not be run, and what its operator should do. */
export interface BadRelease {
  /** The affected versions: from `from` on (inclusive), below `below` (exclusive). */
  readonly from: string;
  readonly below: string;
  readonly why: string;
  readonly next: string;
}

/** Sources: Dify's security advisory for CVE-2025-55182 and release 1.10.1-fix.1; issues 33703, 35611 and 38238. */
export const BAD_RELEASES: readonly BadRelease[] = [
  {
    from: '0.0.0',
    below: '1.10.1-fix.1',
    why: 'attackers can take over its web image (CVE-2025-55182)',
    next: 'treat every secret of that installation as exposed: change all of them after the upgrade, including those of model providers',
  },
  {
    from: '1.13.0',
    below: '1.13.3',
    why: 'its event streams may end without a last event, and a client waits forever',
    next: 'upgrade to 1.16.1',
  },
];
