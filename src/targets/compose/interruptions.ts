import { POSTGRES, REDIS, SERVICE_OF, WEAVIATE } from '../../render/compose/names.ts';
import type { Interruption } from '../target.ts';
import { ROLLED_PORTS } from './front.ts';
import { isReady, type ServiceView } from './services.ts';

/** What a replacement of the changed services does to their users. */
export interface Replacement {
  /** Services whose containers are replaced one after the other, behind nginx. */
  readonly oneByOne: readonly string[];
  readonly interruptions: readonly Interruption[];
}

/**
 * Returns how the services that run are replaced: those that changed, and those whose containers were changed by hand and
 * are removed first (`undone`). The containers of api and web are replaced one after the other if there are several, and
 * if neither nginx nor a data service is replaced with them. Compose stops every container of any other service before it
 * starts the new ones. Jobs, and services without a container, serve no requests.
 */
export function replacementOf(
  views: readonly ServiceView[],
  changed: readonly string[],
  undone: readonly string[],
): Replacement {
  const serving = views.filter(
    ({ name, isJob, containers }) => [...changed, ...undone].includes(name) && !isJob && containers.length > 0,
  );
  const front = views.find(({ name }) => name === SERVICE_OF.proxy);
  const isFrontReady = front?.containers.some((one) => isReady(one, front)) === true;
  const others = serving.filter(({ name }) => SHARED.has(name)).map(({ name }) => name);
  const reasonOf = (view: ServiceView): string | undefined => {
    const { name, replicas, containers } = view;
    if (undone.includes(name)) return UNDONE;
    if (name === SERVICE_OF.proxy) return 'only one container can have its ports';
    if (!ROLLED_PORTS.has(name)) return replicas > 1 ? TOGETHER : ALONE;
    if (replicas <= 1) return ALONE;
    if (others.length > 0) return `${others.join(', ')} is replaced at the same time`;
    if (!isFrontReady) return 'nginx is not ready';
    return containers.some((one) => isReady(one, view)) ? undefined : 'none of its containers is ready';
  };
  return {
    oneByOne: serving.filter((view) => reasonOf(view) === undefined).map(({ name }) => name),
    interruptions: serving.flatMap((view): readonly Interruption[] => {
      const reason = reasonOf(view);
      return reason === undefined ? [] : [{ name: view.name, effect: 'stops', reason }];
    }),
  };
}

/** Services without which the api and the web server answer no request. */
const SHARED: ReadonlySet<string> = new Set([SERVICE_OF.proxy, POSTGRES, REDIS, WEAVIATE]);

const UNDONE = 'its containers were changed and are removed first';
const ALONE = 'it has one container';
const TOGETHER = 'Compose ends its containers before it starts the new ones';
