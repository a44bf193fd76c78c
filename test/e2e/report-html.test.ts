import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportAs } from '../../src/report/formats.ts';
import { sampleReport, sampleResult } from '../support/reports.ts';
import { startChromium } from '../testbed/browser/chromium.ts';
import { useTestbed } from '../testbed/fixtures.ts';

const seen = { from: 'local', expected: 'noeviction' } as const;
const report = sampleReport([
  sampleResult('tools.kubectl', { observed: 'kubectl 1.34.2' }),
  sampleResult('cluster.capacity.nodes', { status: 'fail', message: '5 nodes; prod needs 6', observed: '5 nodes' }),
  sampleResult('redis.eviction-policy', {
    status: 'warn',
    message: 'volatile-lru',
    accepted: { reason: 'queue is small', until: '2027-01-31' },
    observations: [
      { ...seen, subject: 'redis-0:6379', status: 'warn', observed: 'volatile-lru' },
      { ...seen, subject: 'redis-1:6379', status: 'pass', observed: 'noeviction' },
    ],
  }),
  sampleResult('postgres.replication', { status: 'unknown', message: 'not observed: pg_monitor' }),
  sampleResult('names.dns', { status: 'skip', message: 'no release yet' }),
]);

describe('the HTML report in a browser', () => {
  const browser = useTestbed(startChromium, (made) => made.close());
  let html = '';
  beforeAll(async () => {
    html = await reportAs('html', report);
  });
  const pages: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    await Promise.all(pages.map((page) => page.close()));
  });

  const open = async () => {
    const page = await browser.get().newPage();
    pages.push(page);
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.setContent(html);
    return { page, requests };
  };

  it.each(['light', 'dark'])('passes an accessibility audit in %s', async (scheme) => {
    const { page } = await open();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.evaluate(axe.source);
    const audit = await page.evaluate('axe.run(document)');
    const { violations, passes } = audit as axe.AxeResults;
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html: at }) => at)])).toEqual([]);
    expect(passes.length).toBeGreaterThan(10);
  });

  it('loads no other file, and fits a phone', async () => {
    const { page, requests } = await open();
    await page.setViewport({ width: 360, height: 700 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(requests.filter((url) => !url.startsWith('about:') && !url.startsWith('data:'))).toEqual([]);
  });

  it('prints dark text on white, whatever colour scheme the reader prefers', async () => {
    const { page } = await open();
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await page.emulateMediaType('print');
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect((await page.pdf()).length).toBeGreaterThan(1_000);
  });
});
