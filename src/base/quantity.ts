/**
 * Kubernetes quantities (apimachinery `resource.Quantity`): a decimal number with a binary suffix (Ki…Ei),
 * a decimal one (n u m k M G T P E), or an exponent (`1e3`, `1E3`).
 */
const PATTERN = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E|[eE][+-]?\d+)?$/;

const SUFFIX: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Returns true if Kubernetes accepts the text as a quantity. */
export function isQuantity(text: string): boolean {
  return PATTERN.test(text);
}

/** Returns the quantity in its base unit (cores, bytes, pieces). Throws RangeError if Kubernetes would refuse it. */
export function parseQuantity(text: string): number {
  const match = PATTERN.exec(text);
  if (match === null) throw new RangeError(`not a Kubernetes quantity: ${text}`);
  const number = Number(match[1]);
  const suffix = match[2];
  if (suffix === undefined) return number;
  const factor = SUFFIX[suffix];
  // Parsing mantissa and exponent together keeps `1.1e3` exact; a product would not.
  return factor === undefined ? Number(`${match[1]}${suffix}`) : number * factor;
}

/** Returns cores in words, with at most two decimals: `7.91 CPU`. */
export function formatCpu(cores: number): string {
  return `${round(cores)} CPU`;
}

/** Returns bytes in words, with at most one decimal: `28.3 GiB`, and MiB below one GiB. */
export function formatBytes(bytes: number): string {
  const gib = bytes / 2 ** 30;
  if (Math.abs(gib) >= 1) return `${Math.round(gib * 10) / 10} GiB`;
  return `${Math.round((bytes / 2 ** 20) * 10) / 10} MiB`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
