// Runs one experiment in Chromium on the built page and prints its results file.
//
//   node results.mjs 'QUERY'

import { chromium } from '@playwright/test';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';
import { Host } from './lab.mjs';
import { serve } from './server.mjs';

const site = await serve();
const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
try {
  const results = await new Host(await browser.newPage(), site).finish(process.argv[2], 300_000);
  console.log(JSON.stringify(results));
} finally {
  await browser.close();
  await site.close();
}
