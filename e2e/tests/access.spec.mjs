// Keyboard, small screens, and what a screen reader announces.

import { expect, test } from '../fixtures.mjs';
import { SMALL, screenshot } from '../lab.mjs';

test('the keyboard alone starts a run', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.reach('ready');
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  let presses = 0;
  do {
    await page.keyboard.press('Tab');
    presses += 1;
  } while (!/^Run\b/.test(await focused()) && presses < 80);
  await expect(lab.button('Run'), `after ${presses} presses of Tab`).toBeFocused();
  const outline = await lab.button('Run').evaluate((button) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(button);
    return { outlined: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0, shadowed: boxShadow !== 'none' };
  });
  expect(outline.outlined || outline.shadowed, 'focus can be seen').toBe(true);
  await page.keyboard.press('Enter');
  await lab.reach('finished');
});

test('a 360 px phone needs no sideways scrolling in any state', async ({ lab, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(`${SMALL.replace('steps=400', 'steps=100').replace('&device=cpu', '')}&bogus=1`);
  await fits(page, 'while loading');
  await lab.reach('ready');
  await fits(page, 'ready, with a notice');
  for (const details of await page.locator('details').all()) {
    await details.evaluate((element) => (element.open = true));
  }
  await lab.field('lr').fill('much too fast');
  await fits(page, 'with everything open and an error');
  await screenshot(page, 'narrow-360-form');
  await lab.field('lr').fill('0.01');
  await lab.run();
  await lab.reach('finished');
  await fits(page, 'finished, on the CPU with the reason');
  await screenshot(page, 'narrow-360');
  await lab.button('Reset').click();
  await lab.reach('ready');
  await fits(page, 'ready again');
});

test('an embed of 320 px needs no sideways scrolling, and 1280 px show the whole table', async ({ lab, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await lab.open(`embed=1&${SMALL.replace('steps=400', 'steps=20').replace('seeds=1', 'seeds=2')}`);
  await lab.run();
  await lab.reach('finished');
  await fits(page, 'an embed');
  await page.setViewportSize({ width: 1280, height: 900 });
  const [form, charts] = await Promise.all(['#controls', '#charts'].map((id) => lab.root.locator(id).boundingBox()));
  expect(form.x + form.width, 'the form is next to the charts').toBeLessThanOrEqual(charts.x);
  expect(charts.y, 'and not above them').toBeLessThanOrEqual(form.y + 40);
  const table = lab.root.locator('#table .scroll');
  const [content, box] = await table.evaluate((element) => [element.scrollWidth, element.clientWidth]);
  expect(content, 'width of the results table').toBeLessThanOrEqual(box);
  await expect(lab.root.locator('#results tbody tr').last()).toContainText(/better|worse|no evidence/);
});

/** Nothing is wider than the screen. */
async function fits(page, when) {
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, `width of the content ${when}`).toBeLessThanOrEqual(screen);
}

test('pointer and arrow keys read the values, and a reset takes them away', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  await lab.chart.scrollIntoViewIfNeeded();
  const box = await lab.chart.boundingBox();
  const readout = lab.root.locator('[data-chart="accuracy"] .readout');
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.4);
  await expect(readout).toContainText(/step 60/);
  await expect(readout.locator('b'), 'a value per variant').toHaveText([/%/, /%/, /%/]);
  await screenshot(page, 'hover');
  await page.mouse.move(0, 0);
  await expect(readout).toBeHidden();

  await lab.root.locator('[data-chart="loss"] .canvas').focus();
  const loss = lab.root.locator('[data-chart="loss"] .readout');
  await page.keyboard.press('End');
  await expect(loss).toContainText(/step \d+/);
  const last = await loss.locator('p').innerText();
  await page.keyboard.press('ArrowLeft');
  expect(await loss.locator('p').innerText(), 'one point back').not.toBe(last);
  await page.keyboard.press('Home');
  await expect(loss).toBeVisible();
  const first = await loss.locator('p').innerText();
  for (const key of ['Alt+ArrowRight', 'Control+ArrowRight', 'Meta+ArrowRight', 'Control+Escape']) {
    await page.keyboard.press(key);
    expect(await loss.locator('p').innerText(), `${key} belongs to the browser`).toBe(first);
  }
  // Not by a click, which would move the focus away from the chart and close the read-out.
  await lab.root.locator('#reset').evaluate((button) => button.click());
  await lab.reach('ready');
  await expect(loss, 'nothing to read on empty charts').toBeHidden();
});

test('Pause and Resume hand the focus to each other, and Step keeps it', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=20000'));
  await lab.run();
  await lab.plotted(5);
  await lab.root.locator('#pause').focus();
  await page.keyboard.press('Enter');
  await lab.reach('paused');
  await expect(lab.root.locator('#resume')).toBeFocused();
  await lab.root.locator('#step').focus();
  const step = await lab.step();
  for (const more of [1, 2]) {
    await page.keyboard.press('Enter');
    await expect(lab.html).toHaveAttribute('data-step', String(step + more));
    await lab.reach('paused');
  }
  await expect(lab.root.locator('#step')).toBeFocused();
});

test('the switch shows the other measure of emergence', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  const chart = lab.root.locator('#chart-emergence');
  await expect(chart).toHaveAttribute('aria-label', /E_B/);
  const before = await chart.evaluate((canvas) => canvas.toDataURL());
  await page.getByRole('button', { name: 'EA', exact: true }).click();
  await expect(chart).toHaveAttribute('aria-label', /E_A/);
  expect(await chart.evaluate((canvas) => canvas.toDataURL()), 'another curve is drawn').not.toBe(before);
});

test('names of variants are left untranslated, and long ones are shortened', async ({ lab, page }) => {
  const long = `custom(std=${'fan_in+'.repeat(40)}1)`;
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(`${SMALL}&init=kaiming_normal,${encodeURIComponent(long)}`);
  await lab.reach('ready');
  for (const place of ['#legend', '#results tbody', '#initial-variants']) {
    const names = lab.root.locator(`${place} .name`);
    await expect(names, place).toHaveCount(2);
    for (const name of await names.all()) {
      await expect(name, place).toHaveAttribute('translate', 'no');
    }
  }
  const entry = lab.legend.getByRole('button').last();
  await expect(entry, 'the tooltip has all of it').toHaveAttribute('title', long);
  const shown = await entry.locator('.name').evaluate(({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth]);
  expect(shown[0], 'an ellipsis takes the place of the rest').toBeLessThan(shown[1]);
  await fits(page, 'with a long name');
});

test('the legend hides a variant and shows it again', async ({ lab }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  const entries = lab.legend.getByRole('button').or(lab.legend.getByRole('checkbox'));
  await expect(entries).toHaveCount(3);
  const drawn = (await lab.ink()).hues;
  const [most] = [...drawn.keys()].toSorted((one, other) => drawn[other] - drawn[one]);
  expect(await lab.curves(), 'curves before').toBeGreaterThanOrEqual(3);

  // Pixels of the three, hidden in turn: hiding each removes one hue and adds nothing in its place.
  const gone = new Set();
  for (const index of [0, 1, 2]) {
    await entries.nth(index).click();
    await expect.poll(async () => lost(drawn, (await lab.ink()).hues).length, 'a hue that is gone').toBeGreaterThan(0);
    lost(drawn, (await lab.ink()).hues).forEach((hue) => gone.add(hue));
    await entries.nth(index).click();
    await expect.poll(async () => lost(drawn, (await lab.ink()).hues), 'all hues are back').toEqual([]);
  }
  expect(gone, 'the most used hue belongs to one of them').toContain(most);
  expect(gone.size, 'hues of the three').toBeGreaterThanOrEqual(3);
});

test('the path explorer counts what the visitor switches on', async ({ lab, page }) => {
  await lab.open('data=digits&device=cpu');
  const counts = async (a, b) => {
    await expect(lab.root.locator('#paths-a-count')).toHaveText(a);
    await expect(lab.root.locator('#paths-b-count')).toHaveText(b);
  };
  const list = lab.root.locator('#paths-b-list li');
  await expect(list, 'paths of the network it begins with').toHaveCount(30);
  const height = () => lab.root.locator('#paths').evaluate((section) => section.offsetHeight);
  const before = await height();
  await page.getByRole('button', { name: 'All inactive' }).click();
  await counts('0', '0');
  const node = page.getByRole('button', { name: 'layer 4, node 1,' });
  await expect(node).toHaveAttribute('aria-pressed', 'false');
  await node.focus();
  await page.keyboard.press('Space');
  await expect(node, 'the focus stays').toBeFocused();
  await expect(node).toHaveAccessibleName('layer 4, node 1, active');
  await expect(node).toHaveAttribute('aria-pressed', 'true');
  // All paths to it: 3 of one edge, 9 of two, 27 of three.
  await counts('3', '39');
  await expect(lab.root.locator('#paths-b-gained')).toHaveText('+39 new');
  await expect(lab.root.locator('#paths-b-more')).toHaveText('and 9 more');
  // The thirteenth has three edges.
  const lit = lab.root.locator('#paths-edges .lit');
  await list.nth(12).hover();
  await expect(lit).toHaveCount(3);
  await page.getByRole('button', { name: 'Largest EB' }).click();
  await expect(lit, 'the path may be gone').toHaveCount(0);
  await counts('36', '144');
  await expect(lab.root.locator('#paths-b-most')).toHaveText('of at most 144');
  // One tab stop for both lists, arrow keys within them.
  await list.first().getByRole('radio').focus();
  await page.keyboard.press('ArrowDown');
  await expect(list.nth(1).getByRole('radio')).toBeChecked();
  await expect(lit).toHaveCount(1);
  await screenshot(page, 'paths');
  await lab.root.locator('#paths-layers').selectOption('6');
  await lab.root.locator('#paths-width').selectOption('5');
  await page.getByRole('button', { name: 'Largest EB' }).click();
  await counts('775', '24,025');
  expect(await height(), 'nothing moves').toBe(before);
});

test('every field has a label, every chart a description, and the table the numbers', async ({ lab }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  const cells = lab.root.locator('#results tbody td');
  await lab.run();
  await lab.reach('finished');
  const nameless = await lab.html.evaluate(() =>
    [...document.querySelectorAll('form input, form select, form textarea')]
      .filter((field) => field.type !== 'hidden' && !field.labels?.length && !field.getAttribute('aria-label'))
      .map((field) => field.name || field.outerHTML),
  );
  expect(nameless, 'fields without a label').toEqual([]);
  const silent = await lab.html.evaluate(() =>
    [...document.querySelectorAll('canvas')]
      .filter((canvas) => !canvas.closest('[aria-hidden="true"]'))
      .filter((canvas) => !canvas.getAttribute('aria-label') && !canvas.getAttribute('aria-labelledby'))
      .map((canvas) => canvas.id),
  );
  expect(silent, 'charts without a description').toEqual([]);
  for (const [id, value] of Object.entries({ accuracy: /\d+\.\d %/, loss: /\d\.\d{3}/, emergence: /10\^\d/, activity: /\d+ %/ })) {
    await expect(lab.root.locator(`#chart-${id}`), `${id} in words`).toHaveAttribute('aria-label', value);
  }
  await expect(lab.root.locator('#results tbody tr'), 'a line per variant').toHaveCount(3);
  await expect(cells.first(), 'an accuracy').toContainText(/^\d+\.\d %$/);
  const layers = lab.root.locator('#initial-layers tr');
  for (const quantity of ['weights', 'scale', 'activations', 'active', 'gradient', 'step']) {
    await lab.root.locator(`[data-quantity="${quantity}"]`).click();
    await expect(layers, 'a line per layer with weights').toHaveCount(4);
    await expect(layers.last().locator('td'), `${quantity} of every variant`).toHaveText([/\d/, /\d/, /\d/]);
  }
});

/** The hues that were drawn and have less than a fifth of their pixels left. */
function lost(before, after) {
  return [...before.keys()].filter((hue) => before[hue] >= 60 && after[hue] < before[hue] / 5);
}
