// The custom element <emergence-lab> of embed.js, on the page pages/element.html.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '../fixtures.mjs';
import { resultsOf } from '../lab.mjs';
import { DIST } from '../server.mjs';

/** Attributes of an experiment of about a second on the CPU. */
const QUICK = 'data="digits" train="1024" test="256" seeds="1" steps="20" eval="10" device="cpu" init="kaiming_normal"';
/** The same as a query. */
const QUERY = QUICK.replaceAll('" ', '&').replaceAll('"', '');
const FIGURE = `<emergence-lab id="one" show="accuracy" ${QUICK}></emergence-lab>`;
/** A dark section of a light page. */
const IN_THE_DARK = `<div style="color-scheme: dark">${FIGURE.replace('show=', 'theme="from-parent" show=')}</div>`;

/** Opens pages/element.html with this markup. */
async function open(page, site, html, more = {}) {
  await page.goto(`${site.origin}/pages/element.html?${new URLSearchParams({ html, ...more })}`);
}

/** Calls a method of the element; an error comes back as `{ failed: { name, kind, message } }`. */
function call(page, method, ...given) {
  return page.evaluate(([method, given]) => window.call('one', method, ...given), [method, given]);
}

/** Details of the events of this name so far. */
function events(page, name, id = 'one') {
  return page.evaluate(
    ([name, id]) => window.events.filter((one) => one[0] === id && one[1] === name).map(([, , detail]) => detail),
    [name, id],
  );
}

async function happens(page, name, times = 1) {
  await expect.poll(async () => (await events(page, name)).length, name).toBeGreaterThanOrEqual(times);
}

/** The element under test. */
function element(page) {
  return page.locator('emergence-lab#one');
}

/** The query of the frame's address. */
async function query(page) {
  return new URL(await page.locator('iframe').getAttribute('src')).searchParams;
}

/** Keeps every message that is posted to a frame. */
async function spy(page) {
  await page.addInitScript(() => {
    window.posted = [];
    addEventListener('message', ({ data }) => window === window.parent || window.parent.posted?.push(data));
  });
}

/** The messages of this type that were posted to the frames so far. */
function posted(page, name) {
  return page.evaluate((type) => window.posted.filter((data) => data?.type === type), `emergence-lab:${name}`);
}

test('one small file without dependencies', () => {
  const source = readFileSync(join(DIST, 'embed.js'));
  expect(gzipSync(source, { level: 9 }).length, 'bytes, gzipped').toBeLessThan(5000);
  expect(String(source), 'imports nothing').not.toMatch(/\bimport\s*[("'{]|^\s*(import|export)\b/m);
  expect(String(source), 'needs no third party').not.toMatch(/https?:\/\/(?!HOST)/);
});

test('a frame is created when the element comes near the viewport', async ({ page, site }) => {
  const requested = [];
  page.on('request', (request) => requested.push(request.url()));
  await open(page, site, FIGURE, { space: 1 });
  await page.waitForTimeout(500);
  await expect(page.locator('iframe')).toHaveCount(0);
  const above = await element(page).boundingBox();
  expect(above.height, 'its place is kept').toBe(420);
  await page.evaluate(() => scrollTo(0, 3000));
  await expect(page.locator('iframe')).toHaveCount(1);
  await happens(page, 'ready');
  expect((await element(page).boundingBox()).height, 'and nothing has moved').toBe(420);
  expect(requested.filter((url) => url.includes('worker')), 'no worker before a press').toEqual([]);
});

for (const module of [false, true]) {
  test(`attributes are keys of the lab beside ${module ? 'the module' : 'the script'}`, async ({ page, site }) => {
    const html = `<emergence-lab id="one" class="wide" style="margin: 0" data-note="1" aria-label="a" lang="en" show="accuracy"
      init="custom(std=sqrt(2/fan_in)+0),kaiming_normal" data="digits" lr="0.02" title="Two starts"></emergence-lab>`;
    await open(page, site, html, module ? { module: 1 } : {});
    const frame = page.locator('iframe');
    await expect(frame).toHaveAttribute('title', 'Two starts');
    await expect(frame).toHaveAttribute('allow', 'fullscreen; clipboard-write');
    const src = await frame.getAttribute('src');
    expect(src.split('?')[0], 'the lab').toBe(site.url);
    expect(Object.fromEntries(await query(page))).toEqual({
      lang: 'en',
      show: 'accuracy',
      init: 'custom(std=sqrt(2/fan_in)+0),kaiming_normal',
      data: 'digits',
      lr: '0.02',
      embed: '1',
    });
    await happens(page, 'ready');
    const [ready] = await events(page, 'ready');
    expect(decodeURIComponent(ready.query), 'a plus sign arrives as one').toContain('sqrt(2/fan_in)+0');
    await expect(page.frameLocator('iframe').locator('html')).toHaveAttribute('data-embed', 'figure');
  });
}

test('src is another lab, with keys that attributes override', async ({ page, site, host }) => {
  const other = await host();
  const src = `${other.url}?show=loss&lr=0.5&embed=0`;
  await open(page, site, `<emergence-lab id="one" src="${src}" lr="0.02" data="digits"></emergence-lab>`);
  await happens(page, 'ready');
  expect((await page.locator('iframe').getAttribute('src')).startsWith(`${other.url}?`)).toBe(true);
  expect(Object.fromEntries(await query(page))).toEqual({ show: 'loss', lr: '0.02', embed: '1', data: 'digits' });
  await expect(page.locator('iframe')).toHaveAttribute('title', 'Emergence Lab');
});

test('children are shown until the figure is ready, and in print', async ({ page, site }) => {
  let release;
  const held = new Promise((go) => (release = go));
  await page.route('**/*_bg.wasm', async (route) => {
    await held;
    await route.continue();
  });
  await open(page, site, FIGURE.replace('></', '><p>A table of accuracies</p></'));
  const [children, frame] = [page.getByText('A table of accuracies'), page.locator('iframe')];
  await expect(frame).toHaveCount(1);
  await expect(children).toBeVisible();
  await expect(frame, 'the frame loads out of sight').toBeHidden();
  release();
  await happens(page, 'ready');
  await expect(children).toBeHidden();
  await expect(frame).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  await expect(children).toBeVisible();
  await expect(frame).toBeHidden();
  await children.evaluate((paragraph) => paragraph.remove());
  await expect(frame, 'there is nothing else to print').toBeVisible();
});

test('visitors who save data load the figure by a button', async ({ page, site }) => {
  await page.addInitScript(() => {
    const real = window.matchMedia;
    window.matchMedia = (list) => real.call(window, list.replace('(prefers-reduced-data: reduce)', 'all'));
  });
  await open(page, site, FIGURE.replace('></', '><p>A table of accuracies</p></'));
  const button = page.getByRole('button', { name: 'Load the figure' });
  await expect(button).toBeVisible();
  await page.waitForTimeout(300);
  await expect(page.locator('iframe')).toHaveCount(0);
  await expect(page.getByText('A table of accuracies')).toBeVisible();
  await button.focus();
  await page.keyboard.press('Enter');
  await happens(page, 'ready');
  await expect(button).toBeHidden();
  await expect(page.getByText('A table of accuracies')).toBeHidden();
});

test('methods drive the lab, and events report on it', async ({ page, site }) => {
  await open(page, site, FIGURE, { space: 1 });
  await page.evaluate(() => customElements.whenDefined('emergence-lab'));
  const first = await call(page, 'config');
  expect(first.query, 'a call creates the frame and waits for it').toContain('steps=20');
  const run = await call(page, 'run', `?${QUERY.replace('steps=20', 'steps=4000')}`);
  expect(run).toMatchObject({ type: 'emergence-lab:run' });
  expect(run.query).toContain('steps=4000');
  await happens(page, 'started');
  await happens(page, 'progress');
  await call(page, 'pause');
  await happens(page, 'paused');
  const [{ step }] = await events(page, 'paused');
  await call(page, 'step');
  await happens(page, 'paused', 2);
  expect((await events(page, 'paused'))[1].step, 'one step').toBe(step + 1);
  expect(await call(page, 'resume')).not.toHaveProperty('failed');
  await call(page, 'reset');
  const set = await call(page, 'config', QUERY.replace('init=', 'lr=0.03&init='));
  expect(set.query).toContain('lr=0.03');
  await call(page, 'run');
  await happens(page, 'finished');
  const results = await call(page, 'results');
  expect(resultsOf({ results }).variants[0].runs[0].test_accuracy.at(-1)[0], 'last evaluated step').toBe(20);
  expect((await events(page, 'failed')).length).toBe(0);
});

test('events bubble, except for resize', async ({ page, site }) => {
  await page.addInitScript(() => {
    window.bubbled = new Set();
    for (const name of ['ready', 'resize']) {
      addEventListener(name, (event) => event instanceof CustomEvent && window.bubbled.add(name));
    }
  });
  await open(page, site, FIGURE);
  await happens(page, 'resize');
  await happens(page, 'ready');
  expect(await page.evaluate(() => [...window.bubbled])).toEqual(['ready']);
});

test('calls fail with typed errors', async ({ page, site }) => {
  await open(page, site, FIGURE);
  const refused = (await call(page, 'resume')).failed;
  expect(refused).toMatchObject({ name: 'EmergenceLabError', kind: 'refused', typed: true });
  expect(refused.message, "the page's own words").toMatch(/resume.*ready|ready.*resume/);
  expect((await call(page, 'config', 'lr=fast')).failed.message).toMatch(/lr.*fast/);
  expect((await call(page, 'run', 5)).failed).toMatchObject({
    kind: 'query',
    message: 'run: expected a query string, got number',
  });
  const outside = await page.evaluate(async () => {
    const loose = document.createElement('emergence-lab');
    return loose.run().catch(({ kind, message }) => ({ kind, message }));
  });
  expect(outside).toEqual({ kind: 'state', message: 'run: expected an element in a document, got one outside of it' });
});

test('a lab that does not answer is a timeout, and removal ends what waits', async ({ page, site, tolerate }) => {
  tolerate(/404/);
  const silent = FIGURE.replace('show=', `src="${site.origin}/pages/nowhere.html" show=`);
  await open(page, site, silent.replace('></', '><p>A table of accuracies</p></'));
  await element(page).evaluate((lab) => (lab.timeout = 300));
  expect((await call(page, 'results')).failed).toMatchObject({
    kind: 'timeout',
    message: 'results: expected an answer within 300 ms, got none',
  });
  await expect(page.getByText('A table of accuracies'), 'the children stay').toBeVisible();
  const removed = await element(page).evaluate(async (lab) => {
    lab.timeout = 30_000;
    const waiting = window.call('one', 'run');
    lab.remove();
    return { answer: await waiting, frames: lab.shadowRoot.querySelectorAll('iframe').length };
  });
  expect(removed).toMatchObject({ answer: { failed: { kind: 'state' } }, frames: 0 });
});

test('an element without an address says what it expected', async ({ page, site }) => {
  // A bundler puts the code into a file of another name.
  await page.route('**/bundle.js', (route) => route.fulfill({ path: join(DIST, 'embed.js') }));
  await open(page, site, FIGURE, { script: '/pages/bundle.js' });
  const missing = {
    name: 'EmergenceLabError',
    kind: 'address',
    message: 'src: expected the http or https address of the lab, got none',
  };
  await expect.poll(() => page.evaluate(() => window.errors)).toEqual([missing]);
  expect((await call(page, 'run')).failed).toMatchObject(missing);
  await element(page).evaluate((lab) => lab.setAttribute('src', 'javascript:alert(1)'));
  expect((await call(page, 'run')).failed.message).toMatch(/got javascript:alert\(1\)$/);
  await element(page).evaluate((lab, url) => lab.setAttribute('src', url), site.url);
  await happens(page, 'ready');
});

test('height= fixes a figure; otherwise the frame follows the lab', async ({ page, site }) => {
  await open(page, site, FIGURE.replace('show=', 'height="300" show='));
  await happens(page, 'ready');
  await happens(page, 'resize');
  const frame = page.locator('iframe');
  expect((await frame.boundingBox()).height).toBe(300);
  expect((await query(page)).get('height')).toBe('300');
  const scrolls = page.frameLocator('iframe').locator('html');
  expect(await scrolls.evaluate((html) => html.scrollHeight - innerHeight), 'no scroll bar of its own').toBeLessThanOrEqual(0);
  // Without `show` the frame is a page, which is higher than any default.
  await element(page).evaluate((lab) => {
    lab.removeAttribute('height');
    lab.removeAttribute('show');
  });
  await happens(page, 'ready', 2);
  await expect.poll(async () => (await frame.boundingBox()).height).toBeGreaterThan(600);
  const posted = (await events(page, 'resize')).at(-1).height;
  await expect.poll(async () => (await frame.boundingBox()).height).toBe(posted);
});

test('changed attributes of the experiment are a message, those of the display another frame', async ({ page, site }) => {
  await open(page, site, FIGURE);
  await happens(page, 'ready');
  const set = (name, value) => element(page).evaluate((lab, [name, value]) => lab.setAttribute(name, value), [name, value]);
  await page.locator('iframe').evaluate((frame) => (frame.dataset.first = 'yes'));
  await set('lr', '0.02');
  await expect.poll(async () => (await call(page, 'config')).query).toContain('lr=0.02');
  await set('title', 'Another title');
  await expect(page.locator('iframe')).toHaveAttribute('title', 'Another title');
  await expect(page.locator('iframe'), 'still the first frame').toHaveAttribute('data-first', 'yes');
  const together = await element(page).evaluate((lab) => {
    lab.setAttribute('lr', '0.04');
    return lab.config();
  });
  expect(together.query, 'an attribute that is set before a call comes before it').toContain('lr=0.04');
  const before = await page.evaluate(() => history.length);
  await set('show', 'loss');
  await happens(page, 'ready', 2);
  await expect(page.locator('iframe')).not.toHaveAttribute('data-first', 'yes');
  expect((await query(page)).get('show')).toBe('loss');
  expect(await page.evaluate(() => history.length), 'the way back is not longer').toBe(before);
  await element(page).evaluate((lab) => (lab.run = '1'));
  await happens(page, 'finished');
});

test('a refused attribute is reported to the author', async ({ page, site, tolerate }) => {
  tolerate(/EmergenceLabError.*lr/);
  await open(page, site, FIGURE);
  await happens(page, 'ready');
  const reported = page.waitForEvent('console', (message) => message.type() === 'error');
  await element(page).evaluate((lab) => lab.setAttribute('lr', 'fast'));
  expect((await reported).text()).toMatch(/EmergenceLabError.*lr/);
});

test('theme="from-parent" is told the colors that apply to the element', async ({ page, site }) => {
  await spy(page);
  await open(page, site, IN_THE_DARK);
  await happens(page, 'ready');
  const themes = async () => (await posted(page, 'theme')).map(({ theme }) => theme);
  await expect.poll(themes, 'the section is dark').toEqual(['dark']);
  const section = page.locator('main > div');
  await section.evaluate((div) => (div.style.colorScheme = 'light'));
  await expect.poll(themes, 'any element around it may change').toEqual(['dark', 'light']);
  await section.evaluate((div) => (div.style.colorScheme = 'inherit'));
  await page.evaluate(() => (document.documentElement.style.colorScheme = 'light dark'));
  await page.waitForTimeout(200);
  expect(await themes(), 'told once only').toEqual(['dark', 'light']);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(themes, 'the system').toEqual(['dark', 'light', 'dark']);
  await page.addStyleTag({ content: '.day { color-scheme: light !important; }' });
  await page.evaluate(() => document.documentElement.classList.add('day'));
  await expect.poll(themes, 'a class of the page').toEqual(['dark', 'light', 'dark', 'light']);
  await element(page).evaluate((lab) => lab.setAttribute('theme', 'dark'));
  await happens(page, 'ready', 2);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForTimeout(200);
  expect((await themes()).length, 'a fixed theme is not told').toBe(4);
});

test('messages from strangers are refused', async ({ page, site }) => {
  await open(page, site, FIGURE);
  await happens(page, 'ready');
  const lie = { type: 'emergence-lab:failed', id: 1, error: 'a lie' };
  await page.evaluate((lie) => {
    postMessage(lie, '*');
    const sibling = document.createElement('iframe');
    sibling.srcdoc = `<script>parent.postMessage(${JSON.stringify(lie)}, '*')<\/script>`;
    document.body.append(sibling);
    return new Promise((loaded) => (sibling.onload = loaded));
  }, lie);
  // Another document in the same frame has the right window but another origin.
  await element(page).evaluate((lab, lie) => {
    const frame = lab.shadowRoot.querySelector('iframe');
    frame.src = `data:text/html,<script>parent.postMessage(${JSON.stringify(lie)}, '*')</script>`;
    return new Promise((loaded) => (frame.onload = loaded));
  }, lie);
  await page.waitForTimeout(300);
  expect(await events(page, 'failed')).toEqual([]);
});

test('a removed element can come back', async ({ page, site }) => {
  await open(page, site, FIGURE);
  await happens(page, 'ready');
  await element(page).evaluate((lab) => {
    const place = lab.parentNode;
    lab.remove();
    place.append(lab);
  });
  await happens(page, 'ready', 2);
  expect((await call(page, 'config')).query).toContain('steps=20');
});
