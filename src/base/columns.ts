/** Wider than any screen. Lines are padded to the width, so a larger number from a terminal would only use memory. */
const WIDEST = 1_000;

/**
 * Returns the columns that a terminal or `COLUMNS` reports, at most 1,000. Returns undefined if they are not known: a
 * terminal whose size was never set (a serial line, `script` without a terminal, some CI runners) reports 0.
 */
export function knownColumns(reported: number | undefined): number | undefined {
  return reported !== undefined && Number.isInteger(reported) && reported > 0 ? Math.min(reported, WIDEST) : undefined;
}
