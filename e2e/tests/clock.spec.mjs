// However much is measured, asked or wrong, the page stays responsive: reports come by the clock, charts are drawn in the time of their
// pixels, and notices and messages of a host are bounded.

import { expect, test } from '../fixtures.mjs';

/** A small net that is evaluated after every step, so that there is more to report than to compute. */
const MANY_EVALUATIONS =
  'data=digits&train=256&test=64&model=mlp:8&batch=8&init=kaiming_normal,xavier_normal,orthogonal&seeds=3&eval=1&steps=20000&device=cpu';
const MANY_STEPS =
  'data=digits&train=256&test=64&model=mlp:8&batch=8&init=kaiming_normal,xavier_normal,orthogonal&seeds=3&steps=100000&device=cpu';

/** How long a task of the page may compute, in milliseconds. */
const LONGEST_TASK = 200;
/** Categories of the browser's trace: tasks of its threads, with the time that they computed, and marks; and the mark at its end. */
const [TASKS, MARKS, END] = ['disabled-by-default-devtools.timeline', 'blink.user_timing', 'end of the measurement'];
/** Time until a pause is shown, in milliseconds. */
const PAUSE = 300;

/** Notes every task of more than 50 ms from now on, in the page or in its frame. */
const watchTasks = (root) =>
  root.evaluate(() => {
    window.longTasks = [];
    const note = (list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration));
    new PerformanceObserver(note).observe({ entryTypes: ['longtask'] });
  });

const longestTask = (root) => root.evaluate(() => Math.max(0, ...window.longTasks));

/** Milliseconds from a press of Pause until the page is paused, measured in the page. */
const pauseTime = (lab) =>
  lab.html.evaluate(
    (root) =>
      new Promise((done) => {
        const start = performance.now();
        new MutationObserver((_, observer) => {
          if (root.dataset.state === 'paused') {
            observer.disconnect();
            done(performance.now() - start);
          }
        }).observe(root, { attributes: true, attributeFilter: ['data-state'] });
        document.getElementById('pause').click();
      }),
  );

/**
 * Milliseconds that the page's thread computed in its longest task while `work` went on. Not by the clock: on a machine with other work a task
 * also waits for a core, which no page can help. The page itself waits for nothing within a task.
 */
async function longestWork(page, work) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ['-*', TASKS, MARKS] });
  await work();
  await page.evaluate((end) => performance.mark(end), END);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const end = traceEvents.find(({ name, cat }) => name === END && cat.includes(MARKS));
  expect(end, 'a trace that was not cut off').toBeDefined();
  const ours = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && pid === end.pid && tid === end.tid);
  expect(ours.length, 'tasks').toBeGreaterThan(100);
  // Where the time that a task computed was not recorded, the time that it took counts; one that the end of the trace cuts off has neither.
  return Math.max(...ours.map(({ tdur, dur }) => tdur ?? dur ?? 0)) / 1000;
}

for (const [what, query, step] of [
  ['after every step', MANY_EVALUATIONS, 2_000],
  ['of 100,000 steps', MANY_STEPS, 12_000],
]) {
  test(`evaluations ${what} never block the page, and a pause is prompt`, async ({ lab, page }) => {
    test.setTimeout(180_000);
    await lab.open(query);
    await lab.run();
    await lab.plotted(20);
    // From here on only what is measured is new: the program is compiled.
    const longest = await longestWork(page, () => lab.plotted(step, 150_000));
    expect(longest, 'milliseconds of the longest task').toBeLessThan(LONGEST_TASK);
    expect(await pauseTime(lab), 'milliseconds until it is paused').toBeLessThan(PAUSE);
    await lab.button('Resume').click();
    await lab.reach('training');
    await lab.button('Pause').click();
    await lab.reach('paused');
  });
}

test('reports come by the clock, however often is evaluated', async ({ hosted, page }) => {
  await hosted.open(`embed=1&${MANY_EVALUATIONS}`);
  await hosted.run();
  await hosted.plotted(50);
  const count = async () => (await hosted.messages()).filter((data) => data?.type === 'emergence-lab:progress').length;
  const [before, start] = [await count(), await hosted.step()];
  await page.waitForTimeout(4000);
  const [reports, steps] = [(await count()) - before, (await hosted.step()) - start];
  expect(reports, 'at most five a second').toBeLessThanOrEqual(25);
  expect(steps, 'evaluations in this time').toBeGreaterThan(reports);
  await hosted.ask('pause');
});

test('a long experiment states its resolution in its files', async ({ hosted }) => {
  await hosted.open(`embed=1&${MANY_EVALUATIONS}`);
  await hosted.run();
  await hosted.plotted(40);
  await hosted.ask('pause');
  await hosted.reach('paused');
  const results = await hosted.results();
  expect([results.steps_per_point, results.evaluations_per_point]).toEqual([2, 8]);
  const { train_loss: loss, test_accuracy: accuracy } = results.variants[0].runs[0];
  expect(loss.slice(0, 3).map(([step]) => step)).toEqual([2, 4, 6]);
  expect(accuracy.slice(0, 3).map(([step]) => step)).toEqual([0, 8, 16]);
  expect(accuracy.at(-1)[0], 'the latest one is kept').toBe(loss.at(-1)[0]);
});

/** Opens the page with a query that is longer than servers take: the browser is answered by the test. */
async function openLong(page, site, query) {
  const body = await (await page.request.get(site.url)).body();
  await page.route(
    (url) => url.href.startsWith(site.url) && url.search.length > 4000,
    (route) => route.fulfill({ body, contentType: 'text/html; charset=utf-8' }),
  );
  await page.goto(`${site.url}?${query}`);
}

test('60 KB of wrong values are ten notices, at once', async ({ lab, page, site }) => {
  await openLong(page, site, `data=digits&device=cpu&${'lr=x&'.repeat(12_000)}`);
  await lab.reach('ready');
  // Since the program of the page has been compiled, which takes as long for any query.
  const ready = await page.evaluate(() => performance.now());
  expect(ready, 'milliseconds until it is ready').toBeLessThan(10_000);
  await expect(lab.notices.locator('.notice.warning')).toHaveCount(10);
  await expect(lab.notices.locator('[data-subject="more"]')).toContainText('and 11,990 more');
  await expect(lab.notices.locator('.notice').first()).toContainText('got “x”');
  await lab.notices.locator('[data-subject="more"] .remove').click();
  await expect(lab.notices.locator('.notice')).toHaveCount(10);
});

test('60 KB of wrong values take less than a second', async ({ lab, page, site }) => {
  const time = async (query) => {
    await openLong(page, site, query);
    await lab.reach('ready');
    const { loadEventEnd } = await page.evaluate(() => performance.getEntriesByType('navigation')[0].toJSON());
    return page.evaluate((loaded) => performance.now() - loaded, loadEventEnd);
  };
  const plain = await time('data=digits&device=cpu');
  const wrong = await time(`data=digits&device=cpu&${'lr=x&'.repeat(12_000)}`);
  expect(wrong - plain, 'more milliseconds than for a short query').toBeLessThan(1000);
});

test('a long value is cut in its notice', async ({ lab, page, site }) => {
  await openLong(page, site, `data=digits&device=cpu&lr=${'x'.repeat(60_000)}&${'q&'.repeat(10_000)}`);
  await lab.reach('ready');
  const texts = await lab.notices.locator('.notice p').allInnerTexts();
  expect(texts).toHaveLength(2);
  for (const text of texts) {
    expect([...text].length, text.slice(0, 40)).toBeLessThanOrEqual(200);
    expect(text.endsWith('…'), text.slice(-20)).toBe(true);
  }
});

test('a flood of messages is carried out once, and every message is answered', async ({ hosted, page }) => {
  await hosted.open('embed=1&data=digits&device=cpu');
  await hosted.reach('ready');
  await watchTasks(hosted.html);
  const answered = await page.evaluate(async () => {
    const { contentWindow } = document.querySelector('iframe');
    const start = performance.now();
    for (let index = 1; index <= 10_000; index += 1) {
      contentWindow.postMessage({ type: 'emergence-lab:config', id: `flood-${index}`, query: `data=digits&steps=${index}` }, '*');
    }
    const last = await window.ask('config', { query: 'data=digits&steps=77' });
    return { last, time: performance.now() - start };
  });
  expect(answered.last.query, 'the last one counts').toContain('steps=77');
  expect(answered.time, 'milliseconds until the last one is answered').toBeLessThan(5000);
  expect(await longestTask(hosted.html), 'milliseconds of the longest task').toBeLessThan(500);
  const count = async () => (await hosted.messages()).filter((data) => String(data?.id).startsWith('flood-')).length;
  await expect.poll(count, 'every message is answered').toBe(10_000);
});

test('a large message for somebody else costs nothing, and one for the lab is refused', async ({ hosted, page }) => {
  await hosted.open('embed=1&data=digits&device=cpu');
  await hosted.reach('ready');
  const answer = await page.evaluate(async () => {
    const { contentWindow } = document.querySelector('iframe');
    const large = new Uint8Array(64 << 20);
    contentWindow.postMessage({ type: 'somebody-else', query: large, theme: large }, '*', []);
    contentWindow.postMessage(large, '*', []);
    const start = performance.now();
    const { type } = await window.ask('config');
    return { type, time: performance.now() - start };
  });
  expect(answer.type).toBe('emergence-lab:config');
  // Copying 128 MB from one page to the other is the browser's business.
  expect(answer.time, 'milliseconds until the next message is answered').toBeLessThan(2000);
  const refused = await page.evaluate(async () => [
    await window.ask('config', { query: new Uint8Array(64 << 20) }),
    await window.ask('config', { query: 'x'.repeat(1_000_000) }),
  ]);
  expect(refused.map(({ error }) => error)).toEqual([
    'Expected a string as query; got an object.',
    'Expected a query of at most 100000 letters; got 1000000.',
  ]);
});
