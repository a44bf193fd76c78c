/** Waits for both results. If one fails, throws its error after the other has ended too, so that no work is left behind. */
export async function settled<A, B>(first: Promise<A>, second: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}
