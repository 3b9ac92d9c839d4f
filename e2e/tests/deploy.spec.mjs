// Deploys: an old page meets a new build, and visits without a network; always one build, never parts of two. The builds are real ones on a host
// that lets browsers keep files for ten minutes, as many do.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOf, copyBuild, otherBuild, remove, withWorkerOfOtherSources } from '../builds.mjs';
import { expect, test as base } from '../fixtures.mjs';
import { Lab, SMALL } from '../lab.mjs';

const QUICK = SMALL.replace('steps=400', 'steps=40');
const UPDATED = 'This page was updated. Reload.';
const WWW = join(import.meta.dirname ?? '.', '..', '..', 'www');

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
    const other = async (title, digit) => {
      const folder = await otherBuild(title, digit);
      folders.push(folder);
      return folder;
    };
    await use({ site, first, other });
  },
});

/** The service worker's state: installing, waiting, active. */
const service = (page) =>
  page.evaluate(async () => {
    const found = await navigator.serviceWorker.getRegistration();
    return found ? [found.installing, found.waiting, found.active].map((one) => one?.state ?? '-').join(' ') : 'none';
  });

/** The builds that the browser keeps. */
const kept = (page) =>
  page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('emergence-lab-page:')).map((name) => name.split(':')[1]));

/** Everything that was loaded for a page with a build in its name is of this build: each hash is that of a file that this build has. */
async function isWhole(page, build) {
  const loaded = await page.evaluate(() => ({
    build: document.querySelector('meta[name="build"]').content,
    worker: document.querySelector('meta[name="worker"]').content,
  }));
  expect(loaded.build).toBe(build);
  return loaded;
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
    await isWhole(page, await buildOf(second));
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

  /** Opens the page and waits until its build is kept. */
  async function visit(page, site) {
    const lab = new Lab(page, site);
    await lab.open(QUICK);
    await lab.reach('ready');
    await expect.poll(() => service(page), { timeout: 30_000 }).toMatch(/^- .* activated$/);
    return lab;
  }

  test('page, worker and what was visited work without a network after the first visit', async ({ page, context, deployed, tolerate }) => {
    tolerate(/ERR_INTERNET_DISCONNECTED|Failed to load/);
    const lab = await visit(page, deployed.site);
    await context.setOffline(true);
    await lab.open(`${QUICK}&lr=0.02`);
    await lab.run();
    await lab.reach('finished');
    expect(await lab.step()).toBe(40);
  });

  test('a new build takes over as a whole, and only once it is complete', async ({ page, deployed, tolerate }) => {
    tolerate(/404|Failed to load/);
    const { site, first } = deployed;
    const [old, second] = [await buildOf(first), await deployed.other('Second build')];
    const build = await buildOf(second);
    await visit(page, site);
    // A deploy under way: one file is missing.
    const names = await readFile(join(second, 'service_worker.js'), 'utf8');
    const [, missing] = /"([0-9a-f]{16}-worker_bg\.wasm)"/.exec(names);
    const bytes = await readFile(join(second, missing));
    await rm(join(second, missing));
    site.publish(second);
    const lab = await visit(page, site);
    await isWhole(page, old);
    await expect.poll(() => service(page)).toBe('- - activated');
    expect(await kept(page), 'half a build is not kept').toEqual([old]);
    await lab.run();
    await lab.reach('finished');

    await writeFile(join(second, missing), bytes);
    await visit(page, site);
    await isWhole(page, old);
    await expect.poll(() => service(page), { timeout: 30_000 }).toBe('- installed activated');
    await lab.open(QUICK);
    await expect(page).toHaveTitle('Second build', { timeout: 20_000 });
    await lab.reach('ready');
    const loaded = await isWhole(page, build);
    site.hits.length = 0;
    await lab.run();
    await lab.reach('finished');
    expect(page.workers().every((worker) => !worker.url().includes('_loader') || worker.url().endsWith(loaded.worker))).toBe(true);
    await expect
      .poll(
        async () => {
          await lab.open(QUICK);
          await lab.reach('ready');
          return kept(page);
        },
        { timeout: 30_000, intervals: [1000] },
      )
      .toEqual([build]);
  });

  // In Chromium the reload of the second tab is still answered by the service worker of the first one.
  test.fixme('a tab of the old build keeps its build while another one has the new', async ({ page, context, deployed, tolerate }) => {
    tolerate(/404|Failed to (load|fetch)/);
    const { site, first } = deployed;
    await visit(page, site);
    const lab = await visit(page, site);
    const second = await deployed.other('Second build');
    site.publish(second);
    const other = await context.newPage();
    await other.goto(site.url);
    await other.evaluate(() => globalThis.emergenceLabDeploy.reload());
    await expect(other).toHaveTitle('Second build', { timeout: 30_000 });
    await isWhole(page, await buildOf(first));
    await lab.run();
    await lab.reach('finished');
  });

  // In Chromium the empty one waits behind the former one, which is busy for minutes after a reload.
  test.fixme('an empty service worker takes everything back', async ({ page, deployed }) => {
    const { site, first } = deployed;
    await visit(page, site);
    await writeFile(join(first, 'service_worker.js'), await readFile(join(WWW, 'service_worker.js')));
    await page.reload();
    await expect.poll(() => service(page), { timeout: 30_000 }).toBe('none');
    expect(await kept(page)).toEqual([]);
  });

  test('a page whose service worker is refused or missing works', async ({ page, deployed, tolerate }) => {
    tolerate(/404|Failed to load/);
    await rm(join(deployed.first, 'service_worker.js'));
    const lab = new Lab(page, deployed.site);
    await lab.open(QUICK);
    await lab.run();
    await lab.reach('finished');
    expect(await service(page)).toBe('none');
  });

  test('frames and embeds register none', async ({ page, site }) => {
    for (const address of [`${site.origin}/pages/host.html?${QUICK}`, `${site.url}?embed=1&${QUICK}`]) {
      await page.goto(address);
      await page.waitForTimeout(3000);
      expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), address).toBe(0);
    }
  });
});
