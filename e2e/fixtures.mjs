// The fixtures of all tests: the host with the built page, the console guard, and the page as visitors see it (lab.mjs).

import { test as base, expect } from '@playwright/test';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Host, Lab } from './lab.mjs';
import { DATA, DIST, serve } from './server.mjs';

export { expect };

/** The public mirror that the page falls back to, and the files that it requests from it. */
export const MIRROR = 'https://raw.githubusercontent.com/fgnt/mnist/master/';
export const MNIST_FILES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];

/** Answers for the mirror from the data folder; resolves to the list of requested files, which grows. */
export async function mirror(context) {
  const asked = [];
  await context.route(`${MIRROR}**`, async (route) => {
    const file = route.request().url().slice(MIRROR.length);
    asked.push(file);
    const headers = { 'access-control-allow-origin': '*', 'content-type': 'application/octet-stream' };
    await route.fulfill({ body: await readFile(join(DATA, 'mnist', file)), headers });
  });
  return asked;
}

/** The requests to other hosts than the page's own; the list grows. */
export function foreignRequests(context, site) {
  const others = [];
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(site.origin)) {
      others.push(request.url());
    }
  });
  return others;
}

/** Skips the test, with a conspicuous message, if the folder of a data set is missing. */
export function needsData(name) {
  const there = DATA !== null && existsSync(join(DATA, name));
  const reason = `SKIPPED: no ${name}/ in ${DATA ?? 'data/'} (\`cargo xtask data ${name}\` fetches it)`;
  if (!there) {
    console.warn(`\n  *** ${base.info().title}: ${reason} ***\n`);
  }
  base.skip(!there, reason);
}

export const test = base.extend({
  /** One host for all tests of a worker process: the page, with the MNIST files next to it if they are available. */
  site: [
    // Playwright reads the fixture's dependencies from this parameter, so it must be a destructuring pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      if (!existsSync(join(DIST, 'index.html'))) {
        throw new Error(`no built page in ${DIST}: run \`cargo xtask dist\` first, or set EMERGENCE_LAB_DIST`);
      }
      const site = await serve();
      await use(site);
      await site.close();
    },
    { scope: 'worker' },
  ],

  /** Starts another host, for this test only; takes the options of `serve`. */
  host: async ({ site }, use) => {
    void site;
    const started = [];
    await use(async (options) => {
      const other = await serve(options);
      started.push(other);
      return other;
    });
    await Promise.all(started.map((other) => other.close()));
  },

  /** Fails the test on any console error or uncaught exception that it has not declared: `tolerate(/404/)`. */
  tolerate: [
    async ({ context }, use) => {
      const problems = [];
      const declared = [];
      context.on('console', (message) => {
        if (message.type() === 'error') {
          problems.push(`console: ${message.text()} (${message.location().url})`);
        }
      });
      context.on('weberror', (error) => problems.push(`uncaught: ${error.error()?.stack ?? error.error()}`));
      context.on('page', (page) => page.on('crash', () => problems.push(`crashed: ${page.url()}`)));
      await use((pattern) => declared.push(pattern));
      const undeclared = problems.filter((problem) => !declared.some((pattern) => pattern.test(problem)));
      expect(undeclared, 'errors on the console').toEqual([]);
    },
    { auto: true },
  ],

  /** The page itself in a tab. */
  lab: async ({ page, site }, use) => use(new Lab(page, site)),

  /** The page in a frame of another page, which can send it commands. */
  hosted: async ({ page, site }, use) => use(new Host(page, site)),
});
