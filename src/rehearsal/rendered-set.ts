import { digestOf } from '../base/digest.ts';

/** A rendered set, as it was rendered or as a revision recorded it. */
interface RenderedSet {
  readonly files: readonly { readonly path: string; readonly content?: string | undefined }[];
  readonly secretName?: string | undefined;
  readonly chart?: { readonly name: string; readonly version: string } | undefined;
}

/**
 * Returns a digest of everything that a rehearsal installs: the files and the chart. The name of the Secret is left
 * out, because it follows from secret values, which a rehearsal does not have and which change nothing for it.
 */
export function renderedSetDigest({ files, secretName, chart }: RenderedSet): string {
  const without = (text: string): string =>
    secretName === undefined || secretName === '' ? text : text.replaceAll(secretName, 'SECRET');
  const texts = files.map(({ path, content = '' }) => [path, without(content)]);
  return digestOf({ texts, chart: chart === undefined ? '' : `${chart.name} ${chart.version}` });
}
