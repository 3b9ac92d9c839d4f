// Starts that follow each other quickly: nothing of a former experiment is shown as the new one, and pausing works at any time.

import { choose } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';

const TUNED = 'data=digits&train=512&test=128&model=mlp:16&seeds=1&batch=32&device=cpu&init=kaiming_normal,gradinit(kaiming_normal;steps=STEPS)';
const tuned = (steps) => TUNED.replace('STEPS', steps);
/** As many iterations as there may be, of a network for which they take far longer than a test. */
const LONG_TUNED = tuned(10_000).replace('mlp:16', 'mlp:64').replace('batch=32', 'batch=64');

/** Iterations of tuning that the page states; 0 if it states none. */
async function iterations(page) {
  const [, text] = /: ([\d,]+) of 10,000/.exec(await page.root.locator('#steps').innerText()) ?? [];
  return Number((text ?? '0').replaceAll(',', ''));
}

/** Pauses the tuning that goes on, takes single iterations of it, and resumes it. */
async function stepsThroughTuning(page) {
  await expect.poll(() => iterations(page), 'iterations').toBeGreaterThan(0);
  await page.button('Pause').click();
  await page.reach('paused');
  await page.page.waitForTimeout(300);
  const paused = await iterations(page);
  await page.page.waitForTimeout(1000);
  expect(await iterations(page), 'while paused').toBe(paused);
  for (const step of [1, 2]) {
    await page.button('Step').click();
    await expect.poll(() => iterations(page), 'after a step').toBe(paused + step);
    await page.reach('paused');
    // The pulse of the workers is no iteration.
    await page.page.waitForTimeout(2000);
    expect(await iterations(page), 'still after the step').toBe(paused + step);
    expect(await page.state()).toBe('paused');
  }
  await page.button('Resume').click();
  // Or they are over, if the machine is that fast.
  const goesOn = async () => (await iterations(page)) > paused + 10 || (await page.step()) > 0;
  await expect.poll(goesOn, 'after Resume').toBe(true);
}

test('Reset and Run in one task, sixty times: none announces the former experiment', async ({ hosted, page }) => {
  test.setTimeout(180_000);
  await choose(page, 1);
  await hosted.open(`${tuned(2000)}&steps=1000`);
  await hosted.run();
  await hosted.reach('training');
  let wrong = 0;
  for (let turn = 1; turn <= 60; turn += 1) {
    // Some are interrupted while weights are tuned, others while the former start is still on its way.
    await page.waitForTimeout((turn * 37) % 120);
    const query = `data=digits&train=512&test=128&model=mlp:16&init=zero,kaiming_normal&seeds=1&batch=32&device=cpu&eval=50&steps=${turn}`;
    const seen = await page.evaluate(
      ([query, long]) =>
        new Promise((resolve) => {
          const frame = document.querySelector('iframe').contentWindow;
          const post = (type, more) => frame.postMessage({ type: `emergence-lab:${type}`, ...more }, '*');
          const first = window.messages.length;
          post('run', { query: long });
          setTimeout(() => {
            post('reset');
            post('run', { query });
          }, 30);
          const look = setInterval(() => {
            const after = window.messages.slice(first);
            const finished = after.findIndex(({ type }) => type === 'emergence-lab:finished');
            if (finished >= 0) {
              clearInterval(look);
              resolve(after.filter(({ type }) => /:(started|finished)$/.test(type)));
            }
          }, 5);
        }),
      [query, `${tuned(2000)}&steps=1000`],
    );
    const started = seen.filter(({ type }) => type === 'emergence-lab:started');
    const isRight = ({ steps, query }) => query.includes(`steps=${steps}`);
    wrong += started.every(isRight) && started.at(-1).steps === turn && (await hosted.step()) === turn ? 0 : 1;
  }
  expect(wrong, 'of sixty').toBe(0);
});

test('Pause holds the tuning of weights, Step takes one iteration of it, and the host is told', async ({ hosted, page }) => {
  await choose(page, 1);
  await hosted.open(`${LONG_TUNED}&steps=4`);
  await hosted.run();
  await stepsThroughTuning(hosted);
  expect(await hosted.types(), 'messages while tuning').toContain('progress');
});

// The first run, which has nothing to tune, is that of the worker that talks to the page.
test('Pause and Step also hold the tuning in another worker alone', async ({ hosted, page }) => {
  await choose(page, 2);
  await hosted.open(`${LONG_TUNED}&steps=4`);
  await hosted.run();
  await stepsThroughTuning(hosted);
});
