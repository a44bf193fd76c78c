export function withoutRepeatedImports(chunks: ReadonlyMap<string, string>): Map<string, string>;
