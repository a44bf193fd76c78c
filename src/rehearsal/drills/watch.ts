import { type PodState, podState } from '../observation/pod.ts';
import { type Api, ApiError } from '../plane/api.ts';

/** The pods of the throwaway control plane, kept up to date by a watch. */
export interface PodWatch {
  /** All pods, of every namespace. */
  pods(): readonly PodState[];
  /** Milliseconds of `performance.now()` of the last change. */
  changedAt(): number;
  /** Calls `hear` after every change until the returned function is called. */
  follow(hear: (pods: readonly PodState[], now: number) => void): () => void;
  stop(): Promise<void>;
}

/** Starts a watch of all pods. */
export function watchPods(api: Api): PodWatch {
  const pods = new Map<string, PodState>();
  const followers = new Set<(pods: readonly PodState[], now: number) => void>();
  const end = new AbortController();
  let changedAt = performance.now();
  const onEvent = (type: string, object: unknown): void => {
    if (type === 'BOOKMARK' || type === 'ERROR') return;
    const pod = podState(object);
    if (type === 'DELETED') pods.delete(pod.uid);
    else pods.set(pod.uid, pod);
    changedAt = performance.now();
    for (const hear of followers) hear([...pods.values()], changedAt);
  };
  const run = async (): Promise<void> => {
    // The server ends a watch after some minutes; a new one begins with the pods that exist.
    while (!end.signal.aborted) {
      pods.clear();
      await api.watch('/api/v1/pods', onEvent, end.signal).catch((error: unknown) => {
        if (!end.signal.aborted && error instanceof ApiError) throw error;
      });
    }
  };
  const running = run();
  running.catch(() => undefined);
  return {
    pods: () => [...pods.values()],
    changedAt: () => changedAt,
    follow: (hear) => {
      followers.add(hear);
      return () => void followers.delete(hear);
    },
    stop: async () => {
      end.abort();
      await running.catch(() => undefined);
    },
  };
}
