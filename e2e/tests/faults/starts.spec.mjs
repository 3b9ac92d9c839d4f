// Starts that follow each other quickly: nothing of a former experiment is shown as the new one, and pausing works at any time.

import { choose } from '../../faults.mjs';
import { expect, test } from '../../fixtures.mjs';

const TUNED = 'data=digits&train=512&test=128&model=mlp:16&seeds=1&batch=32&device=cpu&init=kaiming_normal,gradinit(kaiming_normal;steps=STEPS)';
const tuned = (steps) => TUNED.replace('STEPS', steps);

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
  await hosted.open(`${tuned(5000)}&steps=4`);
  await hosted.run();
  const steps = hosted.root.locator('#steps');
  const done = async () => Number(/: ([\d,]+) of/.exec(await steps.innerText())[1].replace(',', ''));
  await expect(steps).toContainText(/GradInit.*: [\d,]+ of 5,000/);
  await hosted.button('Pause').click();
  await hosted.reach('paused');
  await page.waitForTimeout(300);
  const paused = await done();
  await page.waitForTimeout(1000);
  expect(await done(), 'iterations while paused').toBe(paused);
  await hosted.button('Step').click();
  await expect.poll(done).toBe(paused + 1);
  expect(await hosted.types(), 'messages while tuning').toContain('progress');
  await hosted.button('Resume').click();
  await expect.poll(done).toBeGreaterThan(paused + 10);
});
