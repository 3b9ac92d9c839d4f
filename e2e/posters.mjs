// Makes www/recorded/*.png from the posters beside them: previews in chats and social networks do not show SVG.
//
//   node posters.mjs        (after `cargo xtask record`)

import { chromium } from '@playwright/test';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..', 'www', 'recorded');

/** The size that previews are made for. */
const SIZE = { width: 1200, height: 630 };

const browser = await chromium.launch({ executablePath: chromiumPath(), args: CPU_ARGS });
try {
  const page = await browser.newPage({ viewport: SIZE });
  for (const name of (await readdir(FOLDER)).filter((name) => name.endsWith('.svg'))) {
    const svg = await readFile(join(FOLDER, name), 'utf8');
    await page.setContent(
      `<body style="margin:0;display:grid;place-items:center;height:100vh;background:#fff">${svg.replace('<svg ', '<svg style="width:1160px;height:600px" ')}</body>`,
    );
    await page.screenshot({ path: join(FOLDER, name.replace('.svg', '.png')) });
  }
} finally {
  await browser.close();
}
