/**
 * Flags that x86-64-v2 adds to the baseline, as in /proc/cpuinfo (System V ABI, AMD64 supplement; `lahf_lm` and `cx16`
 * too).
 */
const LEVEL_2 = ['cx16', 'lahf_lm', 'popcnt', 'ssse3', 'sse4_1', 'sse4_2'];

/**
 * Features of x86-64-v2 that a processor lacks, by the text of /proc/cpuinfo. Undefined if the text has no x86 flags.
 */
export function missingForLevel2(cpuinfo: string): readonly string[] | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  return flags === undefined ? undefined : LEVEL_2.filter((flag) => !flags.includes(flag));
}
