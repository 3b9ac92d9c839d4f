// The page as the tests (and the benchmark) use it: everything that depends on its markup is here.

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCREENSHOTS = join(dirname(fileURLToPath(import.meta.url)), 'screenshots');

/** Time limit for reaching a state; small experiments need far less. */
const PATIENCE = 45_000;

/** An experiment that takes a few seconds on the CPU path: long enough to be paused. */
export const SMALL = 'data=digits&train=4096&test=512&seeds=1&steps=400&eval=20&device=cpu';

/** Writes a screenshot of the page to the git-ignored folder, for visual inspection. */
export async function screenshot(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** The page, in a tab or in a frame. */
export class Lab {
  /**
   * @param {import('@playwright/test').Page} page the tab
   * @param {{url: string, origin: string}} site the host
   * @param {import('@playwright/test').FrameLocator | import('@playwright/test').Page} root the tab or frame that shows it
   */
  constructor(page, site, root = page) {
    this.page = page;
    this.site = site;
    this.root = root;
    this.html = root.locator('html');
    this.chart = root.locator('#chart-accuracy');
    this.legend = root.locator('#legend');
    this.notices = root.locator('#notices');
    this.badge = root.locator('#backend');
    this.exports = root.locator('#export');
    this.preset = root.locator('#preset');
    this.estimate = root.locator('#estimate');
    this.variants = root.locator('#variants li');
    this.picker = root.locator('#picker');
    this.pickerError = root.locator('#scheme-error');
    this.samples = root.locator('#samples-place canvas');
    this.filesStatus = root.locator('#files-status');
    this.filesRefused = root.locator('#files-refused');
    this.dropZone = root.locator('#drop-zone');
  }

  /** Opens the page with this query. */
  async open(query = '') {
    await this.page.goto(`${this.site.url}?${query}`);
  }

  /** A button by its name: Run, Pause, Resume, Step, Reset, Restart. */
  button(name) {
    return this.root.getByRole('button', { name: new RegExp(`^\\s*${name}\\b`, 'i') }).first();
  }

  /** A field of the form by its key in the query string. */
  field(key) {
    return this.root.locator(`form [name="${key}"]`);
  }

  /** Selects a scheme in the picker of initializations, and resolves to the field of one of its parameters. */
  async pick(scheme, parameter) {
    await this.root.locator('#variant-editor').evaluate((details) => (details.open = true));
    await this.picker.locator('#scheme').selectOption(scheme);
    return this.picker.locator(`[data-for~="${scheme}"] [data-parameter="${parameter}"]`);
  }

  /** `data-state`: loading, ready, training, paused, finished or failed. */
  state() {
    return this.html.getAttribute('data-state');
  }

  /** `data-step`: the last plotted step, 0 when nothing is plotted yet. */
  async step() {
    return Number((await this.html.getAttribute('data-step')) ?? 0);
  }

  /** `data-backend`: webgpu or cpu. */
  backend() {
    return this.html.getAttribute('data-backend');
  }

  /** The experiment in the address bar. */
  search() {
    return decodeURIComponent(new URL(this.page.url()).search).replace(/^\?/, '');
  }

  /** Waits for one of `states`, and throws as soon as the page reports a failure. */
  async reach(states, timeout = PATIENCE) {
    const wanted = [states].flat();
    const deadline = Date.now() + timeout;
    for (;;) {
      const state = await this.state();
      if (wanted.includes(state)) {
        return;
      }
      if (state === 'failed' || Date.now() > deadline) {
        const notices = await this.notices.allInnerTexts();
        throw new Error(`data-state is ${state} at step ${await this.step()}, not ${wanted.join(' or ')}: ${notices}`);
      }
      await new Promise((wait) => setTimeout(wait, 25));
    }
  }

  /** Waits until at least `step` is plotted. */
  async plotted(step, timeout = PATIENCE) {
    const deadline = Date.now() + timeout;
    while ((await this.step()) < step) {
      if (Date.now() > deadline || (await this.state()) === 'failed') {
        throw new Error(`data-step is ${await this.step()} in state ${await this.state()}, waited for ${step}`);
      }
      await new Promise((wait) => setTimeout(wait, 10));
    }
  }

  /** Drags a file over the article, far from the form; resolves to the function that drops it. */
  async drag(name, bytes) {
    const transfer = await this.page.evaluateHandle(
      ([name, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
        return transfer;
      },
      [name, bytes.toString('base64')],
    );
    const over = this.root.locator('article');
    await over.dispatchEvent('dragover', { dataTransfer: transfer });
    return () => over.dispatchEvent('drop', { dataTransfer: transfer });
  }

  /** Presses Run once the worker is ready. */
  async run() {
    await this.reach('ready');
    await this.button('Run').click();
  }

  /**
   * The ink on the accuracy chart: pixels that differ from the corner's color, and saturated pixels by hue, in bins of
   * 30 degrees. Every variant has its own hue; axes, grid and text are gray.
   */
  ink() {
    return this.chart.evaluate(inkOf);
  }

  /** Number of hues with at least `least` pixels: the number of variants whose curve is drawn. */
  async curves(least = 60) {
    return (await this.ink()).hues.filter((pixels) => pixels >= least).length;
  }
}

function inkOf(canvas) {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const hues = new Array(12).fill(0);
  let marked = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b, alpha] = data.subarray(at, at + 4);
    if (alpha > 0 && (r !== data[0] || g !== data[1] || b !== data[2] || alpha !== data[3])) {
      marked += 1;
    }
    const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)];
    // Bands are the curve's color at low opacity; only the line itself counts.
    if (alpha < 200 || most - least < 0.45 * most || most < 90) {
      continue;
    }
    const range = most - least;
    const sextant = most === r ? ((g - b) / range + 6) % 6 : most === g ? (b - r) / range + 2 : (r - g) / range + 4;
    hues[Math.floor(sextant * 2) % 12] += 1;
  }
  return { marked, hues, width: canvas.width, height: canvas.height };
}

/** The page in a frame of `pages/host.html`, with the messages between them. */
export class Host extends Lab {
  constructor(page, site) {
    super(page, site, page.frameLocator('iframe'));
  }

  async open(query = '') {
    await this.page.goto(`${this.site.origin}/pages/host.html?${query}`);
  }

  /** Sends a command and resolves to the answer with the same id. */
  ask(type, more = {}) {
    return this.page.evaluate(([type, more]) => window.ask(type, more), [type, more]);
  }

  /** All messages from the page so far. */
  messages() {
    return this.page.evaluate(() => window.messages);
  }

  /** The results file. */
  async results() {
    return resultsOf(await this.ask('results'));
  }

  /** Opens the page, runs to the end, and resolves to the results file. */
  async finish(query, timeout = PATIENCE) {
    await this.open(query);
    await this.run();
    await this.reach('finished', timeout);
    return this.results();
  }
}

/** The results file in an answer to `results`, as an object or as text. */
export function resultsOf(message) {
  const parsed = Object.values(message).map((value) => {
    try {
      return typeof value === 'string' ? JSON.parse(value) : value;
    } catch {
      return null;
    }
  });
  const found = parsed.find((value) => value?.schema === 'emergence-lab/1');
  if (!found) {
    throw new Error(`no results file in ${JSON.stringify(message).slice(0, 300)}`);
  }
  return found;
}

/** What must be equal between two runs of one experiment: everything but the elapsed time. */
export function curvesOf({ query, receipt, variants }) {
  return { query, receipt, variants };
}

/** All runs of a results file, each with the name of its variant. */
export function runsOf(results) {
  return results.variants.flatMap(({ name, runs }) => runs.map((run) => ({ name, ...run })));
}
