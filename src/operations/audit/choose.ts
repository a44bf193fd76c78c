import { UserError } from '../../base/errors.ts';
import { foundProjects, foundReleases, type SearchContext } from '../../evidence/audit/found.ts';
import { CollectionError, type InstallationRef } from '../../evidence/evidence.ts';

/** What the flags say of the installation. */
export interface AuditChoice {
  readonly release: string | undefined;
  readonly namespace: string | undefined;
  readonly project: string | undefined;
}

/**
 * The installation to audit: the one that the flags name, or the only one that is found in the cluster and on the
 * engine. Throws UserError if there is none, or several.
 */
export async function chooseInstallation(choice: AuditChoice, context: SearchContext): Promise<InstallationRef> {
  const { release, namespace, project } = choice;
  if (release !== undefined && project !== undefined) {
    throw new UserError(
      '--release and --project exclude each other: a release is in a cluster, a project on an engine',
      {
        next: ['difyctl audit --release NAME --namespace NAMESPACE', 'difyctl audit --project NAME'],
      },
    );
  }
  if (project !== undefined) return { target: 'compose', name: project };
  if (release !== undefined) return namedRelease(release, namespace, context);
  return onlyOne(await everything(namespace, context));
}

async function namedRelease(
  name: string,
  namespace: string | undefined,
  context: SearchContext,
): Promise<InstallationRef> {
  if (namespace !== undefined) return { target: 'kubernetes', name, namespace };
  const found = (await foundReleases(context, undefined).catch(withoutRight)).filter((one) => one.name === name);
  const [first, ...more] = found;
  if (first !== undefined && more.length === 0) return first;
  const where = found.map((one) => one.namespace).join(', ');
  throw new UserError(
    found.length === 0
      ? `no release ${name} runs Dify in this cluster`
      : `release ${name} is in several namespaces: ${where}`,
    { next: [`difyctl audit --release ${name} --namespace NAMESPACE`] },
  );
}

function withoutRight(error: unknown): never {
  if (!(error instanceof CollectionError)) throw error;
  throw new UserError(`the release cannot be looked for: ${error.message}`, {
    next: ['difyctl audit --release NAME --namespace NAMESPACE'],
  });
}

interface Search {
  readonly found: readonly InstallationRef[];
  /** Why a place could not be searched. */
  readonly reasons: readonly string[];
}

/** Searches the cluster and the engine. One of them is enough. */
async function everything(namespace: string | undefined, context: SearchContext): Promise<Search> {
  const places: readonly (readonly [place: string, search: Promise<readonly InstallationRef[]>])[] = [
    ['cluster', foundReleases(context, namespace)],
    ...(namespace === undefined ? [['engine', foundProjects(context)] as const] : []),
  ];
  const searched = await Promise.all(
    places.map(async ([place, search]): Promise<Search> => {
      try {
        return { found: await search, reasons: [] };
      } catch (error) {
        if (context.signal.aborted) throw error;
        return { found: [], reasons: [`${place}: ${error instanceof Error ? error.message : String(error)}`] };
      }
    }),
  );
  return { found: searched.flatMap((one) => one.found), reasons: searched.flatMap((one) => one.reasons) };
}

function onlyOne({ found, reasons }: Search): InstallationRef {
  const [first, ...more] = found;
  if (first === undefined) {
    const why = reasons.length === 0 ? '' : ` (${reasons.join('; ')})`;
    throw new UserError(`no installation of Dify is found${why}`, {
      next: ['difyctl audit --release NAME --namespace NAMESPACE', 'difyctl audit --project NAME'],
    });
  }
  if (more.length === 0) return first;
  throw new UserError(`${found.length} installations are found: ${found.map(placeOf).join(', ')}`, {
    next: found.map(flagsOf),
  });
}

function placeOf(one: InstallationRef): string {
  return one.target === 'compose' ? `project ${one.name}` : `release ${one.name} in namespace ${one.namespace}`;
}

function flagsOf(one: InstallationRef): string {
  return one.target === 'compose'
    ? `difyctl audit --project ${one.name}`
    : `difyctl audit --release ${one.name} --namespace ${one.namespace}`;
}
