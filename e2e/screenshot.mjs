// Makes docs/screenshot.png: what a visitor sees first, the recorded result of the first scenario, on the built page in ../dist.
//
//   node screenshot.mjs        (after `cargo xtask dist`)

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
  await lab.open();
  await lab.shows('recorded');
  await page.screenshot({ path: FILE });
} finally {
  await browser.close();
  await site.close();
}
