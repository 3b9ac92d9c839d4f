// axe-core finds nothing to object to: in every part, dialog and state, in light and dark colors.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { expect, test } from '../fixtures.mjs';
import { SMALL } from '../lab.mjs';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const QUICK = SMALL.replace('steps=400', 'steps=40');

/** Runs all rules of axe on what is shown; in dark colors only those about colors, since the rest does not depend on them. */
async function passes(page, where, theme = 'light') {
  if (!(await page.evaluate(() => 'axe' in window))) {
    await page.evaluate(AXE);
  }
  const rules = theme === 'dark' ? { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } } : {};
  const violations = await page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], ...rules });
    return violations.map(({ id, help, nodes }) => `${id} (${help}): ${nodes.map(({ target }) => target).join(', ')}`);
  }, rules);
  expect.soft(violations, where).toEqual([]);
}

for (const theme of ['light', 'dark']) {
  test(`every part and dialog in ${theme} colors`, async ({ lab, page }) => {
    test.setTimeout(90_000);
    await lab.open(`${QUICK}&theme=${theme}`);
    await lab.run();
    await lab.reach('finished');
    for (const part of ['compare', 'layers', 'inside', 'emergence', 'learn', 'about']) {
      await lab.tab(part);
      await passes(page, `the part ${part}`, theme);
    }
    await lab.tab('compare');
    for (const id of ['setup', 'variant-dialog', 'share', 'keys']) {
      await lab.openDialog(id);
      await lab.root.locator(`#${id}`).evaluate((dialog) => {
        dialog.querySelectorAll('details').forEach((details) => (details.open = true));
      });
      await passes(page, `the dialog ${id}`, theme);
      await lab.closeDialog();
    }
  });

  test(`every state of the figure in ${theme} colors`, async ({ lab, page }) => {
    await lab.open(`theme=${theme}`);
    await lab.shows('recorded');
    await passes(page, 'a recorded result', theme);
    await lab.set({ lr: '0.02' });
    await passes(page, 'edited', theme);
    await lab.set({ lr: 'fast' });
    await passes(page, 'a refused field', theme);
    await lab.root.locator('#present').click();
    await passes(page, 'the presentation', theme);
    await lab.open(`data=digits&device=cpu&bogus=1&theme=${theme}`);
    await lab.reach('ready');
    await passes(page, 'no result, and a notice', theme);
    for (const show of ['', '&show=accuracy']) {
      await lab.open(`embed=1&theme=${theme}${show}`);
      await lab.shows('recorded');
      // The ground is that of the host, but axe takes what is transparent for white.
      await page.evaluate(() => document.documentElement.style.setProperty('background', 'Canvas'));
      await passes(page, `a frame${show}`, theme);
    }
  });
}

test('a failure and a pause', async ({ lab, page }) => {
  await lab.open(QUICK.replace('device=cpu', 'device=webgpu'));
  await lab.run();
  await expect(lab.html).toHaveAttribute('data-state', 'failed');
  await passes(page, 'failed');
  await lab.open(QUICK);
  await lab.reach('ready');
  await lab.button('Step').click();
  await lab.reach('paused');
  await passes(page, 'paused');
});
