// Runs meet: results of the visit are kept, shown again and pinned behind others; seeds are added to a result.

import { expect, test } from '../fixtures.mjs';
import { curvesOf, runsOf, screenshot } from '../lab.mjs';

const TINY = 'data=digits&train=512&test=128&model=mlp:16&init=kaiming_normal,orthogonal&seeds=2&batch=64&steps=10&device=cpu';

const picture = (lab) => lab.chart.evaluate((canvas) => canvas.toDataURL());
const names = (lab) => lab.shelf.locator('.result').allInnerTexts();

test('the results of a visit are kept, and can be shown again', async ({ lab }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  await expect(lab.root.locator('#shelf-section'), 'nothing yet').toBeHidden();
  await lab.run();
  await lab.reach('finished');
  const first = { picture: await picture(lab), values: await lab.rows.locator('.value').allInnerTexts(), search: lab.search() };
  await lab.set({ lr: '0.05' });
  await lab.run();
  await lab.reach('finished');
  await expect(lab.shelf).toHaveCount(2);
  const [second, former] = await names(lab);
  expect(second, 'named by what differs').toContain('lr 0.05');
  expect(former).not.toContain('lr');
  await expect(lab.shelf.locator('.result').first(), 'the one that is shown').toHaveAttribute('aria-pressed', 'true');

  await lab.shelf.locator('.result').last().click();
  await expect(lab.shelf.locator('.result').last()).toHaveAttribute('aria-pressed', 'true');
  expect(await picture(lab)).toBe(first.picture);
  expect(await lab.rows.locator('.value').allInnerTexts()).toEqual(first.values);
  await expect.poll(() => lab.search()).toBe(first.search);
  await expect(lab.field('lr'), 'the form is that of the result').toHaveValue('0.01');
  await expect(lab.edited).toBeHidden();
  // The same experiment again takes the place of its former result.
  await lab.run();
  await lab.reach('finished');
  await expect(lab.shelf).toHaveCount(2);
});

test('one result is pinned behind the one that is shown', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  await lab.set({ lr: '0.05' });
  await lab.run();
  await lab.reach('finished');
  const alone = await picture(lab);
  const pins = lab.shelf.locator('.pin');
  await pins.last().click();
  await expect(pins.last()).toHaveAttribute('aria-pressed', 'true');
  expect(await picture(lab), 'more lines').not.toBe(alone);
  await expect(lab.rows.locator('.pinned'), 'its values stand in the table').toHaveText([/^pinned: \d+\.\d %$/, /^pinned: \d+\.\d %$/]);
  await screenshot(page, 'pinned');
  await pins.first().click();
  await expect(pins.last(), 'one at a time').toHaveAttribute('aria-pressed', 'false');
  expect(await picture(lab), 'what is shown is not drawn twice').toBe(alone);
  await pins.first().click();
  await expect(pins.first()).toHaveAttribute('aria-pressed', 'false');
  await pins.last().click();
  await expect.poll(() => lab.search(), 'the address names it').toContain('pin=2');
  await page.reload();
  await expect(pins.last(), 'after a reload').toHaveAttribute('aria-pressed', 'true');
  await lab.openDialog('share');
  await expect(lab.root.locator('#share-link'), 'no other visitor has this result').not.toHaveValue(/pin=/);
});

test('the results are there after a reload, too', async ({ lab, page }) => {
  await lab.open(TINY);
  await lab.run();
  await lab.reach('finished');
  const before = { picture: await picture(lab), values: await lab.rows.locator('.value').allInnerTexts() };
  await page.reload();
  await lab.reach('ready');
  await expect(lab.shelf).toHaveCount(1);
  expect(await names(lab)).toEqual([expect.stringMatching(/ \(\d{4}-\d\d-\d\d\)$/)]);
  await lab.shelf.locator('.result').click();
  await expect(lab.source).toHaveText(/^Computed in this browser on the CPU, \d{4}-\d\d-\d\d, 4 runs\.$/);
  expect({ picture: await picture(lab), values: await lab.rows.locator('.value').allInnerTexts() }).toEqual(before);
  expect(page.workers().length, 'nothing was computed').toBe(0);
});

test('what another version has stored is ignored', async ({ lab, page }) => {
  await page.addInitScript(() => localStorage.setItem('emergence-lab/result/0', 'lr=0.02\nnot a recording'));
  await lab.open(TINY);
  await lab.reach('ready');
  await expect(lab.shelf).toHaveCount(0);
});

test('recordings are kept as well, at most eight results', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  const visited = ['scale', 'depth', 'sigmoid', 'tanh', 'zeros', 'repair', 'adam', 'luck', 'tuned', 'shuffle'];
  for (const name of visited) {
    await lab.card(name).click();
    await expect(lab.card(name)).toHaveAttribute('aria-pressed', 'true');
  }
  await expect(lab.shelf).toHaveCount(8);
  expect((await names(lab)).every((name) => name.endsWith('(recorded)'))).toBe(true);
  await lab.shelf.locator('.result').first().click();
  await expect(lab.card('tuned'), 'its card is marked, too').toHaveAttribute('aria-pressed', 'true');
});

test('+5 seeds continues with the next seeds, and joins them to the result', async ({ hosted }) => {
  const two = await hosted.finish(TINY);
  // Nothing is edited, so the bar that says so never appears, however short the run is.
  await hosted.edited.evaluate((bar) => {
    bar.dataset.appeared = String(!bar.hidden);
    new MutationObserver(() => (bar.dataset.appeared = String(bar.dataset.appeared === 'true' || !bar.hidden))).observe(bar, {
      attributeFilter: ['hidden'],
    });
  });
  await hosted.root.locator('#more-seeds').click();
  await hosted.reach('finished');
  const seven = await hosted.results();
  expect(runsOf(seven).map(({ seed }) => seed)).toEqual([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6]);
  expect(seven.query).toContain('seeds=7');
  await expect(hosted.field('seeds')).toHaveValue('7');
  await expect(hosted.edited).toHaveAttribute('data-appeared', 'false');
  await expect(hosted.rows.first().locator('.dots i')).toHaveCount(7);
  await expect(hosted.source).toHaveText(/14 runs/);
  // The earlier runs are as they were, and all together are those of a single start.
  const former = runsOf(seven).filter(({ seed }) => seed < 2);
  const curves = (runs) => runs.map(({ name, seed, train_loss, test_accuracy }) => ({ name, seed, train_loss, test_accuracy }));
  expect(curves(former)).toEqual(curves(runsOf(two)));
  await hosted.button('Reset').click();
  await hosted.reach('ready');
  await hosted.run();
  await hosted.reach('finished');
  expect(curves(runsOf(curvesOf(await hosted.results())))).toEqual(curves(runsOf(seven)));
});

test('seeds are added to a recorded result, too', async ({ lab }) => {
  await lab.open();
  await lab.shows('recorded');
  await lab.card('luck').click();
  await expect(lab.card('luck')).toHaveAttribute('aria-pressed', 'true');
  await expect(lab.rows.first().locator('.dots i')).toHaveCount(12);
  // Recordings were made on the CPU; where the others are computed changes no statement.
  await lab.set({ device: 'cpu' });
  await lab.root.locator('#more-seeds').click();
  await expect(lab.html).toHaveAttribute('data-state', /loading|training/);
  await lab.reach('finished');
  await expect(lab.rows.first().locator('.dots i')).toHaveCount(17);
  await expect(lab.source).toHaveText(/17 runs/);
});

test('more runs than are computed at once follow in batches', async ({ lab }) => {
  const many = TINY.replace('train=512&test=128&model=mlp:16', 'train=256&test=64&model=mlp:8').replace('steps=10', 'steps=2');
  await lab.open(many.replace('seeds=2', 'seeds=40'));
  await lab.reach('ready');
  const said = await lab.source.evaluateHandle((place) => {
    const texts = [];
    new MutationObserver(() => texts.push(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
    return texts;
  });
  await lab.run();
  await expect(lab.source).toHaveText('Computed here on the CPU, 80 runs.');
  await lab.reach('finished');
  expect(await said.jsonValue(), 'after the first batch').toContainEqual(expect.stringContaining('64 of 80 runs'));
  await expect(lab.rows.first().locator('.dots i')).toHaveCount(40);
  await expect(lab.edited).toBeHidden();
  expect(lab.search()).toContain('seeds=40');
  await expect(lab.field('seeds')).toHaveValue('40');
});

test('the difference from the baseline is a press away', async ({ lab }) => {
  await lab.open(TINY);
  await lab.reach('ready');
  const button = lab.root.locator('#show-difference');
  await expect(button, 'nothing to compare yet').toBeDisabled();
  await expect(lab.root.locator('#more-seeds')).toBeDisabled();
  await lab.open();
  await lab.shows('recorded');
  await button.click();
  await expect(lab.choice('show')).toHaveValue('difference');
  await expect(lab.chart).toHaveAttribute('aria-label', /^Test accuracy, difference from the baseline: .*Xavier normal −0\.4 at step 300/);
  await expect.poll(() => lab.search()).toContain('show=difference');
});
