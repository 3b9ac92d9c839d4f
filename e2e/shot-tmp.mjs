import { chromium } from '@playwright/test';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { Lab } from './lab.mjs';
import { serve } from './server.mjs';
const site = await serve();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
for (const [w, scheme] of [[1280, 'light'], [360, 'dark'], [1280, 'dark'], [360, 'light']]) {
  const page = await browser.newPage({ viewport: { width: w, height: 900 }, colorScheme: scheme });
  const lab = new Lab(page, site);
  await lab.open(process.argv[2] ?? 'data=digits&device=cpu&train=2048&test=500&steps=60&eval=20&seeds=2');
  await lab.reach('ready');
  await page.evaluate(() => document.querySelectorAll('#controls details').forEach((d) => (d.open = true)));
  if (process.argv[3] === 'run') { await lab.run(); await lab.reach('finished', 120000); }
  await page.screenshot({ path: `/tmp/shots/${w}-${scheme}.png`, fullPage: true });
  await page.close();
}
await browser.close();
await site.close();
