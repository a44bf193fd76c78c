import { type Command, Option } from 'commander';
import { documentText, printedDocument } from '../../base/document.ts';
import { ExternalError } from '../../base/errors.ts';
import { createCollection } from '../../evidence/collect.ts';
import type { EvidenceKey } from '../../evidence/evidence.ts';
import { IMAGES_ENGINE } from '../../evidence/images/engine-images.ts';
import { IMAGES_LIST, type PlannedImage } from '../../evidence/images/list.ts';
import { IMAGES_REGISTRIES } from '../../evidence/images/registries.ts';
import { COLLECTORS } from '../../evidence/registry.ts';
import { collectContext } from '../../operations/collect-context.ts';
import { prepare, requireRendered } from '../../operations/prepare.ts';
import type { CommandContext } from '../frame/context.ts';
import type { Examples } from '../frame/examples.ts';
import { loadFile } from '../input/load-file.ts';
import { openInput } from '../input/session.ts';

interface Options {
  readonly format: 'table' | 'list' | 'mirror';
  readonly digests?: true;
}

/** An image, with its digest if digests were requested and this one was found. */
interface Listed extends PlannedImage {
  readonly digest?: string;
}

/** Only the table and JSON show digests: neither `docker save` nor skopeo accepts a tag and a digest together. */
const TEXTS: Readonly<Record<Options['format'], (images: readonly Listed[]) => readonly string[]>> = {
  table,
  list: (images) => images.map(({ name }) => name),
  mirror: (images) => images.map(({ source, name }) => `${source} ${name}`),
};

/** Shown below the options in the command's help. */
export const examples: Examples = [
  ['difyctl images --format list', 'Print one image per line, for a script.'],
  ['difyctl images --format mirror', 'Print the images to copy into a registry of your own.'],
];

/** `difyctl images`: lists the images that an install would pull. */
export function define(command: Command, context: CommandContext): void {
  const format = new Option(
    '--format <form>',
    'list: names only; mirror: the original name and the name in the mirror',
  ).default('table');
  command
    .addOption(format.choices(['table', 'list', 'mirror']))
    .option('--digests', 'look up the digest of each image in the engine and the registries')
    .action(async (options: Options) => {
      const images = await imagesOf(context, options.digests === true);
      const text = TEXTS[options.format](images);
      if (context.output === 'json') context.stdout.write(documentText(document(images, context)));
      else context.stdout.write(text.map((one) => `${one}\n`).join(''));
    });
}

async function imagesOf(context: CommandContext, withDigests: boolean): Promise<readonly Listed[]> {
  const { env, signal, now, timeoutMs } = context;
  const prepared = await prepare({ ...openInput(context, await loadFile(context)), unreadable: 'warn', signal });
  try {
    requireRendered(prepared);
    const looking = { ...collectContext(prepared), env, now, signal };
    const collection = createCollection(COLLECTORS, looking, { totalMs: timeoutMs });
    const seen = async <T>(key: EvidenceKey<T>): Promise<T> => {
      const { evidence } = await collection.get(key);
      if (evidence.data !== undefined) return evidence.data;
      throw new ExternalError(`the images cannot be listed: ${evidence.missing ?? evidence.outcome}`);
    };
    const images = await seen(IMAGES_LIST);
    if (!withDigests) return images;
    const [here, registries] = await Promise.all([seen(IMAGES_ENGINE), seen(IMAGES_REGISTRIES)]);
    const found = [...here, ...registries.flatMap((registry) => registry.images)];
    const digests = new Map(found.map(({ name, digest }) => [name, digest]));
    return images.map((image) => {
      const digest = digests.get(image.name);
      return digest === undefined ? image : { ...image, digest };
    });
  } finally {
    await prepared.dispose();
  }
}

function table(images: readonly Listed[]): readonly string[] {
  const wide = Math.max(0, ...images.map(({ name }) => name.length));
  return images.flatMap(({ name, source, usedBy, digest }) => [
    `  ${name.padEnd(wide)}  ${usedBy.join(', ')}`,
    ...(source === name ? [] : [`    from ${source}`]),
    ...(digest === undefined ? [] : [`    ${digest}`]),
  ]);
}

function document(images: readonly Listed[], { now }: CommandContext): Readonly<Record<string, unknown>> {
  return printedDocument('ImageList', now(), {
    images,
  });
}
