/** What x86-64-v2 adds to the first level, in the words of /proc/cpuinfo (System V ABI, AMD64 supplement; `lahf_lm` and `cx16` too). */
const LEVEL_2 = ['cx16', 'lahf_lm', 'popcnt', 'ssse3', 'sse4_1', 'sse4_2'];

/** What a processor lacks of x86-64-v2, by the text of /proc/cpuinfo; undefined where that shows no flags of such a processor. */
export function missingForLevel2(cpuinfo: string): readonly string[] | undefined {
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.trim().split(/\s+/);
  return flags === undefined ? undefined : LEVEL_2.filter((flag) => !flags.includes(flag));
}
