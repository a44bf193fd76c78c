/** Upstream's minimum of a Compose host for a trial (docs.dify.ai, self-host quick start): 2 cores and 4 GiB. */
export const SMALLEST_HOST = { cpu: 2, memoryGiB: 4 } as const;

/**
 * The images of a Dify 1.16 stack need about 10 GiB unpacked. Redis and Weaviate stop writing on a full disk, so a
 * fifth stays free.
 */
export const HOST_DISK = { leastGiB: 10, freeShare: 0.2, freeInodeShare: 0.05 } as const;

/** Upstream's minimum engine (docs.dify.ai, self-host quick start, which writes 19.03). */
export const OLDEST_ENGINE = '19.3.0';

/** Seconds. Signed requests to object storage fail if the clock is minutes off, tokens if it is seconds off. */
export const CLOCK_TOLERANCE_SECONDS = 5;
