// A browser as visitors have it. Playwright starts its own so that every tab counts as visible, none is discarded, and sites share their storage
// in frames; this one is started by the tests, with a profile of its own, and only then connected. Its processes can be stopped together.

import { chromium } from '@playwright/test';
import { execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { test as base, expect } from './fixtures.mjs';

export { expect };

/** An extension that may do with tabs what the browser does when memory is short. */
const EXTENSION = {
  manifest_version: 3,
  name: 'Discards tabs',
  version: '1',
  permissions: ['tabs'],
  background: { service_worker: 'background.js' },
};

/** The tests of a browser as visitors have it: `page`, `context` and with them `lab` are in it. */
export const test = base.extend({
  /** Settings in its profile. */
  preferences: [{}, { option: true }],
  visitor: async ({ preferences }, use) => {
    const visitor = await Visitor.start(preferences);
    try {
      await use(visitor);
    } finally {
      await visitor.end();
    }
  },
  context: async ({ visitor }, use) => use(visitor.context),
});

/** The browser, and what happens to it. */
class Visitor {
  static async start(preferences) {
    const folder = await mkdtemp(join(tmpdir(), 'emergence-lab-visitor-'));
    const [profile, extension] = [join(folder, 'profile'), join(folder, 'extension')];
    await mkdir(join(profile, 'Default'), { recursive: true });
    await mkdir(extension);
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
    await writeFile(join(extension, 'manifest.json'), JSON.stringify(EXTENSION));
    await writeFile(join(extension, 'background.js'), '');
    const own = ['--headless', '--remote-debugging-port=0', '--window-size=1280,900', '--disable-dev-shm-usage', '--password-store=basic'];
    const places = [`--user-data-dir=${profile}`, `--load-extension=${extension}`, '--disable-features=DisableLoadExtensionCommandLineSwitch'];
    const program = spawn(chromiumPath(), [...CPU_ARGS, ...own, ...places, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const browser = await chromium.connectOverCDP(await endpoint(program), { noDefaults: true });
    const session = await browser.newBrowserCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allowAndName', downloadPath: join(folder, 'downloads') });
    return Object.assign(new Visitor(), { folder, program, browser, session, context: browser.contexts()[0] });
  }

  /** Where the next file is that it saves, once it is complete. */
  async nextDownload() {
    const folder = join(this.folder, 'downloads');
    const complete = async () => (await readdir(folder).catch(() => [])).filter((name) => !/^\.|\.crdownload$/.test(name));
    const before = await complete();
    for (;;) {
      const [name] = (await complete()).filter((name) => !before.includes(name));
      if (name) return join(folder, name);
      await new Promise((wait) => setTimeout(wait, 50));
    }
  }

  /** Stops all its processes for some seconds, as a machine that sleeps does; clocks go on. */
  async sleep(seconds) {
    const all = family(this.program.pid);
    signal(all, 'SIGSTOP');
    await new Promise((resume) => setTimeout(resume, seconds * 1000));
    signal(all.toReversed(), 'SIGCONT');
  }

  /** Another window, in front of nothing: pages in both are visible. */
  async newWindow(address) {
    const opened = this.context.waitForEvent('page');
    await this.session.send('Target.createTarget', { url: 'about:blank', newWindow: true });
    const page = await opened;
    await page.goto(address);
    return page;
  }

  /** Discards a tab in the background, as the browser does when memory is short; resolves to the function that returns to it, and resolves to its page. */
  async discard(page) {
    const tabs = await this.#extension();
    const id = await tabs.evaluate(async (address) => {
      const [tab] = (await chrome.tabs.query({})).filter(({ url }) => url === address);
      return (await chrome.tabs.discard(tab.id))?.id;
    }, page.url());
    expect(id, 'the tab that the browser has discarded').toBeDefined();
    return async () => {
      const shown = this.context.waitForEvent('page');
      await tabs.evaluate((id) => chrome.tabs.update(id, { active: true }), id);
      return shown;
    };
  }

  /** Opens an address in a tab that is not seen. */
  async openBehind(address) {
    const tabs = await this.#extension();
    const opened = this.context.waitForEvent('page');
    await tabs.evaluate((url) => chrome.tabs.create({ url, active: false }), address);
    return opened;
  }

  async #extension() {
    const found = () => this.context.serviceWorkers().find((worker) => worker.url().startsWith('chrome-extension://'));
    return found() ?? this.context.waitForEvent('serviceworker', { predicate: (worker) => worker === found() });
  }

  async end() {
    await this.browser.close();
    signal(family(this.program.pid), 'SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Where the browser listens, as it says itself. */
function endpoint(browser) {
  return new Promise((resolve, reject) => {
    let told = '';
    browser.stderr.on('data', (bytes) => {
      told += bytes;
      const [, address] = /DevTools listening on (ws:\S+)/.exec(told) ?? [];
      if (address) resolve(address);
    });
    browser.once('exit', () => reject(new Error(`the browser has ended: ${told}`)));
  });
}

/** The ids of a process and of all that it has started, the oldest first. */
function family(id) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const children = (parent) => parents.filter(([, one]) => one === parent).flatMap(([child]) => [child, ...children(child)]);
  return [id, ...children(id)];
}

/** Sends a signal to processes, of which some may have ended. */
function signal(ids, name) {
  for (const id of ids) {
    try {
      process.kill(id, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
