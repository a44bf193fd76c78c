/** Wider than any screen. Lines are filled up to the width, so a larger number from a terminal would only fill memory. */
const WIDEST = 1_000;

/**
 * The columns that a terminal or `COLUMNS` reports, as a number that can be drawn with; undefined if they are not known. A terminal whose size was
 * never set (a serial line, `script` without a terminal, some CI runners) reports 0.
 */
export function knownColumns(reported: number | undefined): number | undefined {
  return reported !== undefined && Number.isInteger(reported) && reported > 0 ? Math.min(reported, WIDEST) : undefined;
}
