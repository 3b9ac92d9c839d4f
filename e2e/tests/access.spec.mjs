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

test('whatever takes the focus can be seen to have it, and is not covered', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const seen = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(focusedElement);
    if (!stop || seen.includes(stop.path)) {
      break;
    }
    seen.push(stop.path);
    expect(stop, stop.path).toEqual({ path: stop.path, marked: true, inside: true });
  }
  // Parts, tools, cards, rows of the table, choices above the figure, the figure, the toolbar.
  expect(seen.length, 'stops of the page').toBeGreaterThan(40);
});

/** The element with the focus: whether it is marked, and inside the window. */
function focusedElement() {
  const element = document.activeElement;
  if (!element || element === document.body) {
    return null;
  }
  const path = [];
  for (let one = element; one.parentElement; one = one.parentElement) {
    path.unshift(`${one.localName}${one.id ? `#${one.id}` : `:${[...one.parentElement.children].indexOf(one)}`}`);
  }
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return {
    path: path.join(' > '),
    marked: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0,
    inside: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
  };
}

test('the skip link leads to the figure', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  await page.keyboard.press('Tab');
  await expect(lab.root.locator('#skip')).toBeInViewport();
  const address = page.url();
  await page.keyboard.press('Enter');
  await expect(lab.root.locator('#figure')).toBeFocused();
  expect(page.url(), 'no other address').toBe(address);
});

test('pointer and arrow keys read the values, and a reset takes them away', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  await lab.chart.scrollIntoViewIfNeeded();
  const hint = await lab.readout.innerText();
  const box = await lab.canvas.boundingBox();
  await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.4);
  await expect(lab.readout, 'a value per variant').toHaveText(/^step \d+: .+ %.*, .+ %.*, .+ %/);
  await screenshot(page, 'hover');
  await page.mouse.move(0, 0);
  await expect(lab.readout).toHaveText(hint);

  await lab.canvas.focus();
  await page.keyboard.press('End');
  await expect(lab.readout).toHaveText(/^step 100: /);
  await page.keyboard.press('ArrowLeft');
  await expect(lab.readout, 'one evaluation back').toHaveText(/^step 80: /);
  await page.keyboard.press('Home');
  await expect(lab.readout).toHaveText(/^step 0: /);
  for (const key of ['Alt+ArrowRight', 'Control+ArrowRight', 'Meta+ArrowRight']) {
    await page.keyboard.press(key);
    await expect(lab.readout, `${key} belongs to the browser`).toHaveText(/^step 0: /);
  }
  await page.keyboard.press('Escape');
  await expect(lab.readout).toHaveText(hint);
  await page.keyboard.press('End');
  await expect(lab.readout).toHaveText(/^step 100: /);
  // Not by a click, which would move the focus away from the figure and take the cursor away.
  await lab.button('Reset').evaluate((button) => button.click());
  await lab.reach('ready');
  await expect(lab.readout, 'nothing to read on an empty figure').toHaveText(hint);
});

test('arrow keys read the heat map', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const holder = lab.root.locator('[data-chart="activity"] .canvas');
  const readout = holder.locator('.readout');
  await holder.focus();
  await expect(readout).toBeHidden();
  await page.keyboard.press('ArrowRight');
  await expect(readout, 'the first cell').toHaveText(/, hidden 1, step 0: \d+ % active$/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(readout, 'a layer down, an evaluation later').toHaveText(/, hidden 2, step [1-9]\d*: \d+ % active$/);
  await expect(readout).toHaveAttribute('aria-live', 'polite');
  await holder.blur();
  await expect(readout).toBeHidden();
});

test('Pause and Resume hand the focus to each other, and Step keeps it', async ({ lab, page }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=20000'));
  await lab.run();
  await lab.plotted(5);
  await lab.button('Pause').focus();
  await page.keyboard.press('Enter');
  await lab.reach('paused');
  await expect(lab.button('Resume')).toBeFocused();
  await lab.button('Step').focus();
  const step = await lab.step();
  for (const more of [1, 2]) {
    await page.keyboard.press('Enter');
    await expect(lab.html).toHaveAttribute('data-step', String(step + more));
    await lab.reach('paused');
  }
  await expect(lab.button('Step')).toBeFocused();
});

test('a button of the table keeps the focus when the table is built anew', async ({ lab, page }) => {
  await lab.open();
  await lab.shows('recorded');
  const star = lab.row('xavier_normal').locator('.baseline');
  await star.focus();
  await page.keyboard.press('Enter');
  await expect(star).toHaveAttribute('aria-pressed', 'true');
  await expect(star).toBeFocused();
});

test('names of variants are left untranslated, and long ones break', async ({ lab, page }) => {
  const long = `custom(std=${'fan_in+'.repeat(40)}1)`;
  await page.setViewportSize({ width: 360, height: 740 });
  await lab.open(`${SMALL}&init=kaiming_normal,${encodeURIComponent(long)}`);
  await lab.reach('ready');
  for (const [part, place] of [['layers', '#initial-variants'], ['compare', '#results tbody']]) {
    await lab.tab(part);
    const names = lab.root.locator(`${place} .name`);
    await expect(names, place).toHaveCount(2);
    for (const name of await names.all()) {
      await expect(name, place).toHaveAttribute('translate', 'no');
    }
  }
  await expect(lab.rows.last().locator('.name'), 'the tooltip has all of it').toHaveAttribute('title', long);
  const [content, screen] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, 'width of the content with a long name').toBeLessThanOrEqual(screen);
  const [table, box] = await lab.root.locator('#side .scroll').evaluate((element) => [element.scrollWidth, element.clientWidth]);
  expect(table, 'width of the table with a long name').toBeLessThanOrEqual(box);
});

test('every field has a label, every chart a description, and the table the numbers', async ({ lab }) => {
  await lab.open(SMALL.replace('steps=400', 'steps=40'));
  await lab.run();
  await lab.reach('finished');
  const nameless = await lab.html.evaluate(() =>
    [...document.querySelectorAll('input, select, textarea')]
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
  const charts = { main: /\d+\.\d %/, 'small-1': /\d\.\d{3}/, 'small-2': /10\^\d/, activity: /\d+ %/ };
  for (const [id, value] of Object.entries(charts)) {
    await expect(lab.root.locator(`#chart-${id}`), `${id} in words`).toHaveAttribute('aria-label', value);
  }
  await expect(lab.rows, 'a line per variant').toHaveCount(3);
  await expect(lab.rows.locator('.value b'), 'their accuracies').toHaveText([/^\d+\.\d %$/, /^\d+\.\d %$/, /^\d+\.\d %$/]);
  await lab.tab('layers');
  const layers = lab.root.locator('#initial-layers tr');
  for (const quantity of ['weights', 'scale', 'activations', 'active', 'gradient', 'step']) {
    await lab.root.locator(`[data-quantity="${quantity}"]`).click();
    await expect(layers, 'a line per layer with weights').toHaveCount(4);
    await expect(layers.last().locator('td'), `${quantity} of every variant`).toHaveText([/\d/, /\d/, /\d/]);
  }
});
