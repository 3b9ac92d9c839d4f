// Makes docs/screenshot.png: the finished default experiment on MNIST, on the built page in ../dist.
//
//   node screenshot.mjs        (after `cargo xtask dist` and `cargo xtask data`)

import { chromium } from '@playwright/test';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { Lab } from './lab.mjs';
import { serve } from './server.mjs';

const FILE = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'screenshot.png');

const site = await serve();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
  const lab = new Lab(page, site);
  await lab.open('data=mnist&device=cpu');
  await lab.run();
  await lab.reach('finished', 300_000);
  const bottom = await page.locator('#table').evaluate((table) => table.getBoundingClientRect().bottom + scrollY);
  await page.screenshot({ path: FILE, fullPage: true, clip: { x: 0, y: 0, width: 1280, height: Math.ceil(bottom) + 10 } });
} finally {
  await browser.close();
  await site.close();
}
