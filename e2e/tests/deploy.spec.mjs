// Deploys: an old page meets a new build, and visits without a network; always one build, never parts of two. The builds are real ones on a host
// that lets browsers keep files for ten minutes, as many do.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOf, copyBuild, hashesOf, otherBuild, remove, titleOf, withWorkerOfOtherSources } from '../builds.mjs';
import { expect, test as base } from '../fixtures.mjs';
import { Lab, SMALL } from '../lab.mjs';
import { startUnwatched } from '../unwatched.mjs';

const QUICK = SMALL.replace('steps=400', 'steps=40');
const UPDATED = 'A new version of this page is available. Reload to use it.';
const WWW = join(import.meta.dirname ?? '.', '..', '..', 'www');
/** Time for a service worker to arrive or to take over, on a busy machine. */
const PATIENCE = { timeout: 40_000 };

const test = base.extend({
  /** Folders with builds, which are removed in the end. */
  // eslint-disable-next-line no-empty-pattern
  folders: async ({}, use) => {
    const folders = [];
    await use(folders);
    await Promise.all(folders.map(remove));
  },
  /** The page on a host whose files browsers may keep. */
  deployed: async ({ host, folders }, use) => {
    const first = await copyBuild();
    folders.push(first);
    const site = await host({ dist: first, data: null, maxAge: 600 });
    const other = async (title, larger) => {
      const folder = await otherBuild(title, larger);
      folders.push(folder);
      return folder;
    };
    await use({ site, first, other });
  },
  /** A tab of a browser in which nobody keeps service workers busy. */
  // eslint-disable-next-line no-empty-pattern
  browserOfVisitor: async ({}, use) => {
    const browser = await startUnwatched();
    await use(browser);
    await browser.close();
  },
});

/** The service worker's state, asked in a page: installing, waiting, active. */
async function stateOfService() {
  const found = await navigator.serviceWorker.getRegistration();
  return found ? [found.installing, found.waiting, found.active].map((one) => one?.state ?? '-').join(' ') : 'none';
}

/** The builds that the browser keeps, asked in a page. */
async function keptBuilds() {
  return (await caches.keys()).filter((name) => name.startsWith('emergence-lab-page:')).map((name) => name.split(':').at(-1));
}

/** Everything that a page has loaded is of the build in this folder. */
async function isWhole(page, folder) {
  const build = await page.evaluate(() => document.querySelector('meta[name="build"]').content);
  expect(build).toBe(await buildOf(folder));
  const hashes = async () => {
    const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    return loaded.map((name) => /[0-9a-f]{16}(?=-)/.exec(name)?.[0]).filter(Boolean);
  };
  // A page has its title before its files.
  await expect.poll(async () => (await hashes()).length, { message: 'files of a build' }).toBeGreaterThan(4);
  expect([...(await hashesOf(folder))], `files of ${build}`).toEqual(expect.arrayContaining([...new Set(await hashes())]));
}

test.describe('without a service worker', () => {
  test('an old page that meets a new build says so, and the reload gets it', async ({ page, deployed, tolerate }) => {
    tolerate(/404|Failed to load/);
    const lab = new Lab(page, deployed.site);
    await lab.open(QUICK);
    await lab.reach('ready');
    const second = await deployed.other('Second build');
    deployed.site.publish(second);
    await lab.button('Run').click();
    await expect(lab.html).toHaveAttribute('data-state', 'failed');
    await expect(lab.notices).toContainText(UPDATED);
    await lab.offer('Reload').click();
    await expect(page).toHaveTitle('Second build', { timeout: 30_000 });
    await isWhole(page, second);
    await lab.run();
    await lab.reach('finished');
  });

  test('a worker that was compiled from other sources is recognized', async ({ page, deployed, folders, hosted }) => {
    const { environment } = await hosted.finish(QUICK);
    const [version, build] = environment.version.split('+');
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(build, 'results say which build has computed them').toMatch(/^[0-9a-f]{16}$/);
    const folder = await withWorkerOfOtherSources(build);
    folders.push(folder);
    deployed.site.publish(folder);
    const lab = new Lab(page, deployed.site);
    await lab.open(QUICK);
    await lab.run();
    await expect(lab.html).toHaveAttribute('data-state', 'failed');
    await expect(lab.notices).toContainText(UPDATED);
    await expect(lab.offer('Reload')).toBeVisible();
  });

  test('a worker that is missing is no new build', async ({ page, deployed, tolerate }) => {
    tolerate(/404|Failed to load/);
    const lab = new Lab(page, deployed.site);
    await lab.open(QUICK);
    await page.route(/worker_bg[^/]*\.wasm/, (route) => route.fulfill({ status: 404, body: 'not found' }));
    await lab.run();
    await expect(lab.html).toHaveAttribute('data-state', 'failed');
    await page.waitForTimeout(500);
    await expect(lab.notices).not.toContainText(UPDATED);
    await expect(lab.offer('Restart')).toBeVisible();
  });
});

test.describe('with a service worker', () => {
  test.use({ serviceWorkers: 'allow' });
  test.setTimeout(120_000);

  /** Opens the page and waits until a build is kept. */
  async function visit(page, site, query = QUICK) {
    const lab = new Lab(page, site);
    await lab.open(query);
    await lab.reach('ready');
    await expect.poll(() => page.evaluate(stateOfService), PATIENCE).toMatch(/^- .* activated$/);
    return lab;
  }

  /** Opens the page and runs the experiment. */
  async function finish(lab, query = QUICK) {
    await lab.open(query);
    await lab.run();
    await lab.reach('finished');
    expect(await lab.step()).toBe(40);
  }

  test('page, worker and what was visited work without a network after the first visit', async ({ page, context, deployed, tolerate }) => {
    tolerate(/ERR_INTERNET_DISCONNECTED|Failed to load/);
    const { site, first } = deployed;
    const lab = await visit(page, site, 'lang=zh');
    await lab.shows('recorded');
    // What was loaded before there was a service worker.
    const found = (part) => page.evaluate(async (part) => {
      const caching = await caches.open((await caches.keys()).find((name) => name.startsWith('emergence-lab-page:')));
      return (await caching.keys()).filter(({ url }) => url.includes(part)).length;
    }, part);
    await expect.poll(() => Promise.all([found('texts/'), found('recorded/')]), PATIENCE).toEqual([1, 1]);
    await context.setOffline(true);
    await lab.open('lang=zh');
    await lab.shows('recorded');
    await expect(lab.html).toHaveAttribute('lang', /^zh/);
    await isWhole(page, first);
    await finish(lab, `${QUICK}&lr=0.02`);
    expect(await found('worker_gpu'), 'not what nobody has used').toBe(0);
    const policy = await page.evaluate(async () => (await caches.match('./')).headers.get('content-security-policy'));
    expect(policy, 'the policy of the host').toContain('frame-ancestors');
  });

  test('a new build is shown at once and as a whole, and without a network only once it has arrived', async ({ page, context, deployed, tolerate }) => {
    tolerate(/404|Failed to load|ERR_INTERNET_DISCONNECTED/);
    const { site, first } = deployed;
    const [title, second] = [await titleOf(first), await deployed.other('Second build')];
    const lab = await visit(page, site);
    // A deploy under way: one file is missing.
    const [, missing] = /"([0-9a-f]{16}-worker_bg\.wasm)"/.exec(await readFile(join(second, 'service_worker.js'), 'utf8'));
    const bytes = await readFile(join(second, missing));
    await rm(join(second, missing));
    site.publish(second);
    await visit(page, site);
    await isWhole(page, second);
    await expect.poll(() => site.hits.includes(`/lab/${missing}`), PATIENCE).toBe(true);
    await expect.poll(() => page.evaluate(keptBuilds), PATIENCE).toEqual([await buildOf(first)]);
    expect(await page.evaluate(stateOfService)).toBe('- - activated');
    await context.setOffline(true);
    await finish(lab);
    await expect(page).toHaveTitle(title);
    await isWhole(page, first);

    await context.setOffline(false);
    await writeFile(join(second, missing), bytes);
    await finish(lab);
    await expect(page).toHaveTitle('Second build');
    await expect.poll(() => page.evaluate(stateOfService), PATIENCE).toBe('- installed activated');
    expect(await page.evaluate(keptBuilds)).toEqual([await buildOf(first), await buildOf(second)]);
    await isWhole(page, second);
  });

  test('a tab of the old build keeps its build while another one has the new', async ({ page, context, deployed }) => {
    const { site, first } = deployed;
    const lab = await visit(page, site);
    const second = await deployed.other('Second build');
    const other = await visit(await context.newPage(), site);
    expect(await page.evaluate(() => emergenceLabDeploy.isOutdated())).toBe(false);
    site.publish(second);
    expect(await page.evaluate(() => emergenceLabDeploy.isOutdated()), 'past all caches').toBe(true);
    await other.page.evaluate(() => emergenceLabDeploy.reload());
    await expect(other.page).toHaveTitle('Second build', { timeout: 30_000 });
    await other.run();
    await other.reach('finished');
    await isWhole(other.page, second);
    expect(await other.page.evaluate(() => emergenceLabDeploy.isOutdated())).toBe(false);
    // Its worker is no longer on the site.
    await lab.run();
    await lab.reach('finished');
    await isWhole(page, first);
  });

  test('a site that is out of order, or does not answer, is as none', async ({ page, deployed, tolerate }) => {
    tolerate(/Failed to load|ERR_EMPTY_RESPONSE|503/);
    const { site, first } = deployed;
    const lab = await visit(page, site);
    for (const fault of [503, 'unreachable', 'silent']) {
      site.fault = fault;
      await finish(lab);
      await isWhole(page, first);
    }
  });

  test('a page whose service worker is refused or missing works', async ({ page, deployed, tolerate }) => {
    tolerate(/404|Failed to load/);
    await rm(join(deployed.first, 'service_worker.js'));
    const lab = new Lab(page, deployed.site);
    await finish(lab);
    expect(await page.evaluate(stateOfService)).toBe('none');
  });

  test('frames, embeds and visitors who save data have none', async ({ page, site }) => {
    const count = () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length);
    // How long it takes where there is one.
    const begun = Date.now();
    await page.goto(`${site.url}?${QUICK}`);
    await expect.poll(count, { intervals: [100] }).toBe(1);
    const took = Date.now() - begun;
    await page.evaluate(async () => Promise.all((await navigator.serviceWorker.getRegistrations()).map((own) => own.unregister())));
    const none = async (address) => {
      await page.goto(address);
      await page.waitForTimeout(Math.max(3000, 3 * took));
      expect(await count(), address).toBe(0);
    };
    await none(`${site.origin}/pages/host.html?${QUICK}`);
    await none(`${site.url}?embed=1&${QUICK}`);
    await page.addInitScript(() => Object.defineProperty(navigator.connection, 'saveData', { value: true }));
    await none(`${site.url}?${QUICK}`);
  });
});

test.describe('from service worker to service worker', () => {
  test.setTimeout(120_000);

  /** Waits for what a page says when it is asked. */
  const says = (tab, ask) => expect.poll(() => tab.evaluate(ask), { ...PATIENCE, intervals: [200] });
  const title = () => document.title;

  test('a build takes over at the next start of the browser, and the former one is kept', async ({ browserOfVisitor, deployed }) => {
    const { site, first } = deployed;
    const builds = [await buildOf(first)];
    let tab = await browserOfVisitor.open(site.url);
    await says(tab, stateOfService).toBe('- - activated');
    for (const [index, name] of ['Second build', 'Third build'].entries()) {
      const next = await deployed.other(name, index + 1);
      builds.push(await buildOf(next));
      site.publish(next);
      await tab.goto(site.url);
      await says(tab, title).toBe(name);
      await says(tab, stateOfService).toBe('- installed activated');
      // At once, and not only when the former one has come to rest, which may take a browser minutes.
      await browserOfVisitor.restart();
      tab = await browserOfVisitor.open(site.url);
      await says(tab, stateOfService).toBe('- - activated');
      expect(await tab.evaluate(keptBuilds)).toEqual(builds.slice(-2));
      site.fault = 'unreachable';
      await tab.goto(site.url);
      await says(tab, title).toBe(name);
      site.fault = null;
    }
  });

  test('an empty service worker takes everything back', async ({ browserOfVisitor, deployed }) => {
    const { site, first } = deployed;
    const tab = await browserOfVisitor.open(site.url);
    await says(tab, stateOfService).toBe('- - activated');
    expect(await tab.evaluate(keptBuilds)).toEqual([await buildOf(first)]);
    await writeFile(join(first, 'service_worker.js'), await readFile(join(WWW, 'service_worker.js')));
    const other = await browserOfVisitor.open(site.url);
    await says(other, stateOfService).toBe('none');
    for (const one of [tab, other]) expect(await one.evaluate(keptBuilds)).toEqual([]);
    expect(await tab.evaluate(title), 'the open page stays').toBe(await titleOf(first));
  });
});
