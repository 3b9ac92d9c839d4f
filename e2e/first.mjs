// How long a visitor waits: for the page, for the worker, and for the first point of a curve.

import { Lab } from './lab.mjs';

/**
 * From opening the address to a usable form and to the recorded figure, and from pressing Run to a loaded worker, in a fresh
 * profile.
 */
export async function startOfPage(page, site) {
  await page.addInitScript(watchStates);
  const lab = new Lab(page, site);
  // `v=1` is not canonical: the code that binds the form removes it from the address bar and is ready from then on.
  await lab.open('v=1');
  await lab.shows('recorded');
  const { form, recorded } = await page.evaluate(() => window.seen);
  await lab.open('data=digits&device=cpu');
  await lab.run();
  await lab.reach(['training', 'finished']);
  const { loading, training } = await page.evaluate(() => window.seen);
  return { form_secs: form / 1000, figure_secs: recorded / 1000, worker_secs: (training - loading) / 1000 };
}

/**
 * Records when the page rewrites its address (the form is bound) and when its states and the origin of the figure change,
 * in ms since navigation.
 */
function watchStates() {
  window.seen = {};
  const { replaceState } = history;
  history.replaceState = function (...all) {
    window.seen.form ??= performance.now();
    return replaceState.apply(this, all);
  };
  new MutationObserver(() => {
    const { state, origin } = document.documentElement.dataset;
    window.seen[state] ??= performance.now();
    // The figure is drawn in the same task.
    window.seen[origin] ??= performance.now();
  }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-state', 'data-origin'] });
}

/** From pressing Run to the first pixels of a curve on any chart, default experiment on generated digits. */
export async function firstPoint(page, site) {
  const lab = new Lab(page, site);
  await lab.open('data=digits&device=cpu');
  await lab.reach('ready');
  const button = await lab.button('Run').elementHandle();
  const canvases = await page.locator('#chart-main, #chart-small-1, #chart-small-2').elementHandles();
  return { ink_secs: (await page.evaluate(firstInk, [button, ...canvases])) / 1000 };
}

/** Presses the button; resolves to the ms until a saturated pixel is on one of the charts: only curves have colors. */
async function firstInk([button, ...canvases]) {
  const drawn = (canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) {
      const most = Math.max(data[at], data[at + 1], data[at + 2]);
      if (data[at + 3] > 200 && most > 90 && most - Math.min(data[at], data[at + 1], data[at + 2]) > 0.45 * most) {
        return true;
      }
    }
    return false;
  };
  const start = performance.now();
  button.click();
  while (!canvases.some(drawn)) {
    if (performance.now() - start > 60_000) {
      throw new Error('no point within a minute');
    }
    await new Promise((wait) => setTimeout(wait, 50));
  }
  return performance.now() - start;
}
