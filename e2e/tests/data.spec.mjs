// Where MNIST comes from: the same origin, else, if the visitor wants it, the public mirror, once; and what happens if it cannot be
// downloaded. The question itself is in elsewhere.spec.mjs.

import { MIRROR, MNIST_FILES, expect, foreignRequests, mirror, needsData, test } from '../fixtures.mjs';
import { Lab, screenshot } from '../lab.mjs';

/** The browser's cache of data. */
const CACHE = 'emergence-lab-data-1';
const SHORT = 'train=2000&test=500&model=mlp:16&seeds=1&steps=10&eval=10&device=cpu';
/** A host without the files answers 404, which the browser itself writes to the console. */
const NOT_FOUND = /Failed to load resource.*404.*\/lab\/data\//;

test('the same origin is asked first, and no other host', async ({ lab, page, site }) => {
  needsData('mnist');
  const others = foreignRequests(page.context(), site);
  site.hits.length = 0;
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.reach('finished');
  expect(site.hits.filter((path) => path.endsWith('.gz')).toSorted()).toEqual(
    MNIST_FILES.map((file) => `/lab/data/mnist/${file}`).toSorted(),
  );
  expect(others, 'requests to other hosts').toEqual([]);
});

test('once that is allowed, the mirror serves what the host lacks, and the cache the second visit', async ({ page, host, tolerate }) => {
  needsData('mnist');
  test.setTimeout(90_000);
  tolerate(NOT_FOUND);
  const site = await host({ data: null });
  const asked = await mirror(page.context());
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.offer('Download').click();
  await lab.reach('finished');
  expect(asked.toSorted(), 'files from the mirror').toEqual(MNIST_FILES.toSorted());
  asked.length = 0;
  // The files are cached in the background.
  await expect.poll(() => sums(page), 'files in the cache').toHaveLength(4);
  await page.reload();
  await lab.run();
  await lab.reach('finished');
  expect(asked, 'files from the mirror on the second visit').toEqual([]);
});

test('damaged entries of the cache are found, and downloaded again', async ({ lab, page, site }) => {
  needsData('mnist');
  const asked = () => site.hits.filter((path) => path.endsWith('.gz'));
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.reach('finished');
  await expect.poll(() => sums(page), 'files in the cache').toHaveLength(4);
  const whole = await sums(page);
  // One file that is still gzip, one that is another file, one that is empty; the fourth is not damaged.
  await page.evaluate(async (name) => {
    const cache = await caches.open(name);
    const [first, second, third, fourth] = await cache.keys();
    const bytes = new Uint8Array(await (await cache.match(first)).arrayBuffer());
    bytes[bytes.length >> 1] ^= 1;
    await cache.put(first, new Response(bytes));
    await cache.put(second, await cache.match(fourth));
    await cache.put(third, new Response(''));
  }, CACHE);
  site.hits.length = 0;
  await page.reload();
  await lab.run();
  await lab.reach('finished');
  expect(asked(), 'files that are fetched again').toHaveLength(3);
  await expect(lab.notices.locator('.notice.warning'), 'nobody has to know').toHaveCount(0);
  await expect.poll(() => sums(page), 'the cache is mended').toEqual(whole);
  site.hits.length = 0;
  await page.reload();
  await lab.run();
  await lab.reach('finished');
  expect(asked(), 'files at the next visit').toEqual([]);
});

test('without room for the cache, MNIST is downloaded and used', async ({ lab, page, site }) => {
  needsData('mnist');
  await lab.open(`data=mnist&${SHORT}`);
  const session = await page.context().newCDPSession(page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 1000 });
  await lab.run();
  await lab.reach('finished');
  await expect(lab.root.locator('body')).toContainText('Training images: MNIST');
  // Files are cached in the background.
  await page.waitForTimeout(1000);
  expect(await sums(page), 'files in the cache').toEqual([]);
});

test('without MNIST anywhere the default falls back to digits and says so', async ({ page, host, tolerate }) => {
  tolerate(/Failed to load resource|CORS|net::ERR_/);
  const site = await host({ data: null });
  await page.context().route(`${MIRROR}**`, (route) => route.abort());
  const lab = new Lab(page, site);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.notices).toContainText(/digits/i);
  await screenshot(page, 'fallback-digits');
});

test('without MNIST anywhere data=mnist fails and offers digits', async ({ page, host, tolerate }) => {
  tolerate(/Failed to load resource|CORS|net::ERR_/);
  const site = await host({ data: null });
  await page.context().route(`${MIRROR}**`, (route) => route.abort());
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.offer('Download').click();
  await expect(lab.notices).toContainText('could not be downloaded', { timeout: 30_000 });
  expect(await lab.state()).toBe('failed');
  await takeDigits(lab);
});

test('corrupted files are detected and reported, and digits offered', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(/Failed to load resource|CORS|net::ERR_/);
  const site = await host({ corrupt: /\.gz$/ });
  await page.context().route(`${MIRROR}**`, (route) => route.abort());
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed', { timeout: 30_000 });
  await expect(lab.notices).toContainText(/checksum|SHA-256|corrupt|damaged/i);
  await screenshot(page, 'failed-data');
  await takeDigits(lab);
});

/** The offered button puts `data=digits` into the address bar and starts a run. */
async function takeDigits(lab) {
  await lab.offer('Use digits').click();
  await lab.reach('finished');
  expect(lab.search()).toContain('data=digits');
}

/** Checksums of what the browser keeps, by address. */
function sums(page) {
  return page.evaluate(async (name) => {
    const cache = await caches.open(name);
    const keys = (await cache.keys()).toSorted((one, other) => (one.url < other.url ? -1 : 1));
    return Promise.all(
      keys.map(async (key) => {
        const sum = await crypto.subtle.digest('SHA-256', await (await cache.match(key)).arrayBuffer());
        return [key.url, Array.from(new Uint8Array(sum)).join()];
      }),
    );
  }, CACHE);
}
