// Data from elsewhere: no other site is asked before a click, and only once; a download that hangs or breaks; a network that comes back.

import { MIRROR, MNIST_FILES, expect, foreignRequests, mirror, needsData, test } from '../fixtures.mjs';
import { Host, Lab } from '../lab.mjs';

const SHORT = 'train=2000&test=500&model=mlp:16&init=kaiming_normal&seeds=1&steps=10&eval=10&device=cpu';
/** A host without the files answers 404, which the browser itself writes to the console. */
const NOT_FOUND = /Failed to load resource.*404.*\/lab\/data\//;
const SERVER = 'raw.githubusercontent.com';

/** The data set that was trained on, as the page names it. */
const learned = (lab, name) => expect(lab.root.locator('body')).toContainText(`Training images: ${name}`);

test('the default asks no other site before a click, and then once', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(NOT_FOUND);
  const site = await host({ data: null });
  const others = foreignRequests(page.context(), site);
  const asked = await mirror(page.context());
  const lab = new Lab(page, site);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  expect(others, 'requests to other hosts').toEqual([]);
  await expect(lab.notices).toContainText(SERVER);
  await expect(lab.notices).toContainText('11.6 MB');
  await expect(lab.notices).toContainText('the built-in digits are used');
  await lab.offer('Download').click();
  await lab.reach('finished');
  await learned(lab, 'MNIST');
  expect(asked.toSorted(), 'files after one click').toEqual(MNIST_FILES.toSorted());
  expect(lab.search(), 'the link stays').not.toContain('data=digits');

  // The answer is kept, also when the files are not.
  const kept = () => page.evaluate(async () => (await (await caches.open('emergence-lab-data-1')).keys()).length);
  await expect.poll(kept, 'files in the cache, which are written in the background').toBe(MNIST_FILES.length);
  await page.evaluate(() => caches.delete('emergence-lab-data-1'));
  asked.length = 0;
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  expect(asked.length, 'files without a question').toBe(MNIST_FILES.length);
  await expect(lab.notices).not.toContainText(SERVER);
});

test('an embed that starts by itself asks no other site', async ({ page, host, tolerate }) => {
  tolerate(NOT_FOUND);
  const site = await host({ data: null });
  const others = foreignRequests(page.context(), site);
  const hosted = new Host(page, site);
  await hosted.open(`${SHORT}&run=1`);
  await hosted.reach('finished');
  expect(others, 'requests to other hosts').toEqual([]);
});

test('a link to MNIST asks once; who refuses gets digits, and may think better of it', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(NOT_FOUND);
  const site = await host({ data: null });
  const asked = await mirror(page.context());
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await expect(lab.status).toContainText('Waiting for your decision');
  await expect(lab.notices).toContainText(`can be downloaded from ${SERVER} (11.6 MB)`);
  await lab.offer('Use digits').click();
  await lab.reach('finished');
  await expect(lab.notices).toContainText(`As you decided, MNIST is not downloaded from ${SERVER}`);
  expect(lab.search()).toContain('data=digits');

  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.notices, 'no question').toContainText('As you decided');
  await learned(lab, 'digits');
  expect(asked, 'files from the mirror so far').toEqual([]);
  await lab.offer('Download').click();
  await lab.reach('finished');
  await learned(lab, 'MNIST');
  expect(lab.search()).toContain('data=mnist');
  await expect(lab.notices).not.toContainText('As you decided');
});

/** Twenty seconds last one in the workers of this page. */
async function hurry(page) {
  await page.route(/worker\.js/, async (route) => {
    const response = await route.fetch();
    const script =
      'const { setTimeout: wait } = globalThis; globalThis.setTimeout = (ring, time) => wait(ring, time === 20000 ? 1000 : time);';
    await route.fulfill({ response, body: `${script}${await response.text()}` });
  });
}

test('a download that hangs twice ends with a sentence', async ({ page, host, tolerate }) => {
  tolerate(/Failed to load resource/);
  const site = await host({ data: null });
  await hurry(page);
  let requests = 0;
  await page.context().route(`${MIRROR}**`, () => {
    requests += 1;
  });
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.offer('Download').click();
  await expect(lab.notices).toContainText('nothing was received for 20 seconds', { timeout: 15_000 });
  expect(await lab.state()).toBe('failed');
  expect(requests, 'of the first file').toBe(2);
  await lab.offer('Use digits').click();
  await lab.reach('finished');
});

test('a download that hangs is tried once more', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(/Failed to load resource/);
  const site = await host({ data: null });
  await hurry(page);
  const asked = await mirror(page.context());
  const hung = [];
  // The first request for each file is never answered.
  await page.context().route(`${MIRROR}**`, async (route) => {
    const url = route.request().url();
    if (hung.includes(url)) {
      await route.fallback();
    } else {
      hung.push(url);
    }
  });
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.offer('Download').click();
  await lab.reach('finished', 60_000);
  await learned(lab, 'MNIST');
  expect(hung.length, 'requests that hung').toBe(MNIST_FILES.length);
  expect(asked.toSorted(), 'requests that were answered').toEqual(MNIST_FILES.toSorted());
});

test('a download that breaks off is tried once more', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(/Failed to load resource|net::ERR_/);
  const site = await host({ cut: /mnist\/.*\.gz$/ });
  const lab = new Lab(page, site);
  await lab.open(`data=mnist&${SHORT}`);
  await lab.run();
  await lab.reach('finished');
  await learned(lab, 'MNIST');
  for (const file of MNIST_FILES) {
    expect(site.hits.filter((path) => path.endsWith(file)).length, file).toBe(2);
  }
});

test('a download that breaks off twice is reported', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(/Failed to load resource|net::ERR_/);
  const site = await host({ cut: /mnist\/.*\.gz$/, cuts: 99 });
  const lab = new Lab(page, site);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.notices).toContainText('MNIST could not be downloaded; using the built-in digits instead.');
  expect(site.hits.filter((path) => path.endsWith(MNIST_FILES[0])).length).toBe(2);
});

test('a network that comes back is used at the next run', async ({ page, host, tolerate }) => {
  needsData('mnist');
  tolerate(/Failed to load resource|net::ERR_/);
  const site = await host();
  let isDown = true;
  await page.context().route(/\/lab\/data\//, (route) => (isDown ? route.abort() : route.continue()));
  const lab = new Lab(page, site);
  await lab.open(SHORT);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.notices).toContainText('could not be downloaded');
  await learned(lab, 'digits');
  isDown = false;
  await lab.button('Run').click();
  await expect(lab.html).not.toHaveAttribute('data-state', 'finished');
  await lab.reach('finished');
  await learned(lab, 'MNIST');
  await expect(lab.notices).not.toContainText('could not be downloaded');
});
