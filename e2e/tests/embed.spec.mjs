// The page inside other pages: heights, commands, omitted parts, colors.

import { expect, test } from '../fixtures.mjs';
import { SMALL, Lab, screenshot } from '../lab.mjs';

test('the height converges instead of growing forever', async ({ hosted, page }) => {
  await hosted.open('embed=1&data=digits&device=cpu');
  await hosted.reach('ready');
  const count = async () => (await hosted.messages()).filter((data) => data?.type === 'emergence-lab:resize').length;
  await expect.poll(count).toBeGreaterThan(0);
  await page.waitForTimeout(500);
  const settled = await count();
  // The host follows the height, as real hosts do.
  const messages = await hosted.messages();
  const { height } = messages.findLast((data) => data?.type === 'emergence-lab:resize');
  expect(height).toBeGreaterThan(200);
  const text = messages.findLast((data) => typeof data === 'string');
  expect(JSON.parse(text), 'for hosts that follow another protocol').toEqual({ context: 'iframe.resize', height });
  await page.locator('iframe').evaluate((frame, height) => (frame.style.height = `${height}px`), height);
  await page.waitForTimeout(1000);
  expect((await count()) - settled, 'messages after the host has followed').toBeLessThanOrEqual(2);
});

test('hide= leaves parts out and theme= sets the colors', async ({ lab, page }) => {
  await lab.open('embed=1&hide=controls,legend,table,article,export&theme=dark&data=digits&device=cpu');
  await lab.reach('ready');
  const parts = ['#header', '#scenarios', '#buttons', '#edit-setup', '#results', '[data-open="share"]'];
  for (const part of parts) {
    await expect(lab.root.locator(part), part).toBeHidden();
  }
  await expect(lab.chart, 'the chart stays').toBeVisible();
  await expect(lab.play, 'and one button').toBeVisible();
  expect(await background(lab), 'dark theme').toBeLessThan(80);
  await screenshot(page, 'embed-bare-dark');
  await lab.open('theme=light&data=digits&device=cpu');
  await lab.reach('ready');
  for (const part of parts) {
    await expect(lab.root.locator(part), `${part} is there`).toBeVisible();
  }
  await expect(lab.play, 'the page has its own').toBeHidden();
  expect(await background(lab), 'light theme').toBeGreaterThan(180);
});

test('without the form no key opens it', async ({ lab, page }) => {
  await lab.open('embed=1&hide=controls&data=digits&device=cpu');
  await lab.reach('ready');
  await page.keyboard.press('s');
  await page.keyboard.press('?');
  await expect(lab.root.locator('#keys'), 'the list of keys').toBeVisible();
  await expect(lab.root.locator('#setup')).toBeHidden();
});

test('a frame without the form has one small button for the keyboard, too', async ({ hosted, page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await hosted.open(`embed=1&hide=controls&${SMALL.replace('steps=400', 'steps=40000')}`);
  const button = hosted.play;
  await hosted.reach('ready');
  await expect(button).toHaveText('▶ Run live');
  await expect(hosted.root.locator('#buttons'), 'the toolbar has none').toBeHidden();
  await fits(hosted, 'ready');
  await button.focus();
  await page.keyboard.press('Enter');
  await hosted.plotted(5);
  await expect(button).toContainText('Pause');
  await fits(hosted, 'training');
  await page.keyboard.press('Enter');
  await hosted.reach('paused');
  await expect(button, 'the focus stays').toBeFocused();
  await expect(button).toContainText('Resume');
  await fits(hosted, 'paused');
  await screenshot(page, 'embed-button-360');
  const step = await hosted.step();
  await page.keyboard.press('Space');
  await hosted.plotted(step + 1);
  await button.click();
  await hosted.reach('paused');
  // Run is for an experiment that is new or has ended.
  await hosted.ask('config', { query: SMALL.replace('steps=400', 'steps=20') });
  await hosted.ask('run');
  await hosted.reach('finished');
  await expect(button).toContainText('Run');
  await button.click();
  const ends = async () => (await hosted.messages()).filter((data) => data?.type === 'emergence-lab:finished').length;
  await expect.poll(ends, 'runs that have finished').toBe(2);
});

test('with run=1 a frame without the form starts by itself', async ({ hosted }) => {
  await hosted.open(`embed=1&hide=controls&run=1&${SMALL.replace('steps=400', 'steps=20')}`);
  await hosted.reach('finished');
  expect(await hosted.step()).toBe(20);
});

for (const theme of ['light', 'dark']) {
  test(`the small button can be read in ${theme} colors`, async ({ lab, page }) => {
    await lab.open(`embed=1&hide=controls&theme=${theme}&${SMALL.replace('steps=400', 'steps=40000')}`);
    const button = lab.play;
    await lab.reach('ready');
    expect(await contrast(button), 'contrast of Run live').toBeGreaterThan(4.5);
    await button.focus();
    await screenshot(page, `embed-button-${theme}`);
  });
}

test('a frame without the form cannot take files, and says so', async ({ lab }) => {
  await lab.open('embed=1&hide=controls&data=upload&device=cpu');
  await lab.reach('ready');
  await lab.play.click();
  await expect(lab.notices).toContainText('no form to choose them with');
  await expect(lab.offer('Use digits instead')).toBeVisible();
  expect(await lab.state()).toBe('ready');
});

test('hide=article leaves the article out of the whole page, too', async ({ lab }) => {
  await lab.open('hide=article&data=digits&device=cpu#learn');
  await lab.reach('ready');
  await expect(lab.root.locator('#parts')).toBeVisible();
  await expect(lab.root.locator('#parts [data-to="learn"]')).toBeHidden();
  await expect(lab.root.locator('#article'), 'not even by its address').toBeHidden();
});

test('a parent drives the lab by messages', async ({ hosted }) => {
  await hosted.open(`embed=1&${SMALL}`);
  await hosted.reach('ready');
  await expect.poll(() => hosted.types(), 'announced once').toEqual(['ready']);
  const set = await hosted.ask('config', { query: `${SMALL}&lr=0.02` });
  expect(set.query, 'the experiment that is set').toContain('lr=0.02');
  const wrong = await hosted.ask('config', { query: 'lr=fast' });
  expect(wrong.error).toMatch(/lr.*fast/);
  expect(wrong.query, 'a refused experiment changes nothing').toContain('lr=0.02');
  expect((await hosted.ask('config', { query: 5 })).error, 'a query that is not text').toMatch(/query.*5/);
  expect((await hosted.ask('dance')).error, 'no such command').toMatch(/dance/);
  expect((await hosted.ask('resume')).error, 'makes no sense now').toMatch(/ready/);
  expect((await hosted.ask('results')).error, 'nothing yet').toMatch(/no results/);

  const started = await hosted.ask('run', { query: SMALL.replace('steps=400', 'steps=250') });
  expect(started.error).toBeUndefined();
  expect(started.query).toContain('steps=250');
  await hosted.plotted(5);
  await hosted.ask('pause');
  await hosted.reach('paused');
  const step = await hosted.step();
  await hosted.ask('step');
  await expect(hosted.html).toHaveAttribute('data-step', String(step + 1));
  await hosted.reach('paused');
  await hosted.ask('resume');
  await hosted.reach('finished');
  const life = ['ready', 'started', 'paused', 'paused', 'finished'];
  const types = await hosted.types();
  expect(types.filter((type) => life.includes(type))).toEqual(life);
  expect(types).toContain('progress');
  // A result stays on the screen, but the answer is about the experiment that was set.
  const next = await hosted.ask('config', { query: `${SMALL}&lr=0.05` });
  expect(next.query, 'the next experiment').toContain('lr=0.05');
  await hosted.ask('reset');
  await hosted.reach('ready');
  expect(await hosted.step()).toBe(0);
});

test('run=1 announces ready, too', async ({ hosted }) => {
  await hosted.open(`embed=1&run=1&${SMALL.replace('steps=400', 'steps=20')}`);
  await hosted.reach('finished');
  const types = (await hosted.types()).filter((type) => /ready|started|finished/.test(type));
  expect(types).toEqual(['ready', 'started', 'finished']);
});

test('of two embeds on a page the one that was started last computes', async ({ page, site }) => {
  const query = SMALL.replace('steps=400', 'steps=20000');
  await page.goto(`${site.origin}/pages/two.html?embed=1&${query}`);
  const [first, second] = [0, 1].map((index) => new Lab(page, site, page.frameLocator(`iframe >> nth=${index}`)));
  await first.run();
  // A start counts once the worker is told, which it cannot be before it has loaded.
  await first.plotted(1);
  await second.run();
  await second.plotted(5);
  await first.reach('paused');
  await expect(first.notices).toContainText(/another/);
  expect(await second.state(), 'the last one goes on').toBe('training');
  await first.button('Resume').click();
  await second.reach('paused');
  expect(await first.state()).toBe('training');
});

test('of two embeds that start at the same moment exactly one computes', async ({ page, site }) => {
  const query = SMALL.replace('steps=400', 'steps=20000');
  await page.goto(`${site.origin}/pages/two.html?embed=1&run=1&${query}`);
  const both = [0, 1].map((index) => new Lab(page, site, page.frameLocator(`iframe >> nth=${index}`)));
  const states = async () => (await Promise.all(both.map((lab) => lab.state()))).toSorted();
  await expect.poll(states, { timeout: 30_000 }).toEqual(['paused', 'training']);
  await page.waitForTimeout(1500);
  expect(await states(), 'and it goes on').toEqual(['paused', 'training']);
});

test('an embed pauses off the screen and goes on in sight; a pause of the visitor stays', async ({ hosted, page }) => {
  await hosted.open(`embed=1&${SMALL.replace('steps=400', 'steps=40000')}`);
  await page.evaluate(() => {
    const space = document.createElement('div');
    space.style.height = '5000px';
    document.body.append(space);
  });
  const scroll = (top) => page.evaluate((top) => scrollTo(0, top), top);
  await hosted.run();
  await hosted.plotted(5);
  await scroll(4000);
  await hosted.reach('paused');
  await scroll(0);
  await hosted.reach('training');
  // Away and back before the pause takes effect.
  await scroll(4000);
  await scroll(0);
  await page.waitForTimeout(1000);
  expect(await hosted.state()).toBe('training');
  // The host may go on off the screen.
  await scroll(4000);
  await hosted.reach('paused');
  await hosted.ask('resume');
  await hosted.reach('training');
  await page.waitForTimeout(500);
  expect(await hosted.state(), 'the host has decided').toBe('training');
  await scroll(0);
  await hosted.button('Pause').click();
  await hosted.reach('paused');
  await scroll(4000);
  await scroll(0);
  await page.waitForTimeout(500);
  expect(await hosted.state(), 'the visitor has decided').toBe('paused');
});

test('with run=1 an embed off the screen begins once it is seen', async ({ hosted, page }) => {
  await page.addInitScript(() => {
    if (window === parent) addEventListener('DOMContentLoaded', () => (document.body.style.paddingTop = '5000px'));
  });
  await hosted.open(`embed=1&run=1&${SMALL.replace('steps=400', 'steps=40000')}`);
  await hosted.reach('paused');
  const step = await hosted.step();
  expect(step).toBeLessThan(50);
  await page.waitForTimeout(2000);
  expect(await hosted.step(), 'what is never seen does not train').toBe(step);
  await page.evaluate(() => scrollTo(0, 5000));
  await hosted.reach('training');
});

test('the visitor may prefer dark', async ({ lab, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await lab.open(SMALL.replace('steps=400', 'steps=100'));
  await lab.run();
  await lab.reach('finished');
  expect(await background(lab), 'background').toBeLessThan(80);
  expect(await lab.curves(), 'curves on a dark background').toBeGreaterThanOrEqual(3);
  await screenshot(page, 'dark');
});

test('commands from anyone but the parent are ignored', async ({ hosted, page }) => {
  await hosted.open(SMALL);
  await hosted.reach('ready');
  // A sibling frame has the same origin but is not the parent.
  await page.evaluate(() => {
    const sibling = document.createElement('iframe');
    const script = `parent.frames[0].postMessage({ type: 'emergence-lab:run', id: 'sibling' }, '*');`;
    sibling.srcdoc = `<script>${script}<\/script>`;
    document.body.append(sibling);
  });
  await page.waitForTimeout(500);
  const state = await page.locator('iframe').first().contentFrame().locator('html').getAttribute('data-state');
  expect(state).toBe('ready');
});

/** Nothing in the frame is wider than it. */
async function fits(lab, when) {
  const [content, frame] = await lab.html.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
  expect(content, `width of the content ${when}`).toBeLessThanOrEqual(frame);
}

/** Contrast of an element's text with its background, as WCAG defines it: 1 to 21. */
function contrast(element) {
  return element.evaluate((node) => {
    const { color, backgroundColor } = getComputedStyle(node);
    const luminance = (css) => {
      const [r, g, b] = css
        .match(/[\d.]+/g)
        .map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [high, low] = [luminance(color), luminance(backgroundColor)].toSorted((one, other) => other - one);
    return (high + 0.05) / (low + 0.05);
  });
}

/** Brightness of the page's background, 0 to 255. */
function background(lab) {
  return lab.html.evaluate((root) => {
    const colors = [document.body, root].map((element) => getComputedStyle(element).backgroundColor);
    const opaque = colors.find((color) => !/^(transparent|rgba\(.*, 0\))$/.test(color)) ?? 'rgb(255, 255, 255)';
    const [r, g, b] = opaque.match(/[\d.]+/g).map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
}
