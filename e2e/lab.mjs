// The page as the tests (and the benchmark) use it: everything that depends on its markup is here.

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCREENSHOTS = join(dirname(fileURLToPath(import.meta.url)), 'screenshots');

/** Time limit for reaching a state; small experiments need far less. */
const PATIENCE = 45_000;

/** An experiment that takes a few seconds on the CPU path: long enough to be paused. */
export const SMALL = 'data=digits&train=4096&test=512&seeds=1&steps=400&eval=20&device=cpu';

/** Of the types of messages between the page and its host. */
const PREFIX = 'emergence-lab:';

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
    this.chart = root.locator('#chart-main');
    /** Takes the focus and the pointer for the figure. */
    this.canvas = root.locator('[data-chart="main"] .canvas');
    this.readout = root.locator('#readout');
    this.scrubber = root.locator('#scrubber');
    this.rows = root.locator('#results tbody tr');
    this.toggles = root.locator('#results .toggle');
    this.verdict = root.locator('#verdict');
    this.status = root.locator('#status');
    /** Where the result comes from, in words. */
    this.source = root.locator('#origin');
    this.play = root.locator('#play');
    this.edited = root.locator('#edited');
    this.notices = root.locator('#notices');
    this.badge = root.locator('#backend');
    this.share = root.locator('#share');
    this.estimate = root.locator('#estimate');
    this.shelf = root.locator('#shelf li');
    this.picker = root.locator('#picker');
    this.pickerError = root.locator('#scheme-error');
    this.pickerStatus = root.locator('#scheme-status');
    this.samples = root.locator('#samples-place canvas');
    this.filesStatus = root.locator('#files-status');
    this.filesRefused = root.locator('#files-refused');
    this.dropZone = root.locator('#drop-zone');
  }

  /** Opens the page with this query. */
  async open(query = '') {
    await this.page.goto(`${this.site.url}?${query}`);
  }

  /** A button of the toolbar by its request: Run, Pause, Resume, Step, Reset. */
  button(request) {
    return this.root.locator(`#${request.toLowerCase()}`);
  }

  /** A button of a notice: Restart, Reload, Use digits. */
  offer(name) {
    return this.notices.getByRole('button', { name: new RegExp(`^${name}\\b`, 'i') });
  }

  /** Selects a part of the page. */
  async tab(part) {
    await this.root.locator(`#parts [data-to="${part}"]`).click();
  }

  /** The card of a scenario. */
  card(name) {
    return this.root.locator(`#scenarios [data-scenario="${name}"]`);
  }

  /** Opens a dialog: setup, variant-dialog, share or keys. */
  async openDialog(id) {
    await this.root.locator(`[data-open="${id}"]`).click();
    await this.root.locator(`dialog#${id}[open]`).waitFor();
  }

  /** Closes the dialog that is open, if any. */
  async closeDialog() {
    const dialog = this.root.locator('dialog[open]');
    if ((await dialog.count()) > 0) {
      await dialog.locator('.actions [data-close]').click();
    }
  }

  /** A field of the form by its key in the query string; it is in the dialog `setup`. */
  field(key) {
    return this.root.locator(`form [name="${key}"]`);
  }

  /** Opens the dialog with the form, and whatever hides a field in it. */
  async reveal(key) {
    if ((await this.root.locator('dialog#setup[open]').count()) === 0) {
      await this.openDialog('setup');
    }
    await this.field(key).evaluate((field) => {
      for (let around = field.closest('details'); around; around = around.parentElement.closest('details')) {
        around.open = true;
      }
    });
    return this.field(key);
  }

  /** Sets fields of the form in its dialog, and closes it: text, a choice, or true and false for a check box. */
  async set(values) {
    for (const [key, value] of Object.entries(values)) {
      const field = await this.reveal(key);
      if (typeof value === 'boolean') {
        await field.setChecked(value);
      } else if ((await field.evaluate(({ localName }) => localName)) === 'select') {
        await field.selectOption(value);
      } else {
        await field.fill(String(value));
      }
    }
    await this.closeDialog();
  }

  /** A choice above the figure: show, x, y, zoom, band or ema. */
  choice(key) {
    return this.root.locator(`[data-figure="${key}"]`);
  }

  /** Moves a slider over the evaluations to the one at this step. */
  async scrub(step, slider = this.scrubber) {
    const last = Number(await slider.getAttribute('max'));
    for (let place = 0; place <= last; place += 1) {
      await slider.fill(String(place));
      if ((await slider.getAttribute('aria-valuetext')) === `step ${step}`) {
        return;
      }
    }
    throw new Error(`the slider has no step ${step} among ${last + 1}`);
  }

  /** The row of a variant in the table, by its text form. */
  row(variant) {
    return this.root.locator(`#results tr[data-variant="${variant}"]`);
  }

  /**
   * Selects a scheme in the dialog of variants, which it opens, and resolves to the field of one of its parameters.
   */
  async pick(scheme, parameter) {
    if ((await this.root.locator('dialog#variant-dialog[open]').count()) === 0) {
      await this.openDialog('variant-dialog');
    }
    await this.picker.locator('#scheme').selectOption(scheme);
    return this.picker.locator(`[data-for~="${scheme}"] [data-parameter="${parameter}"]`);
  }

  /** A button of the dialog of variants: itself, control, shuffle, or an index for the one that replaces. */
  add(addition = 'itself') {
    return this.picker.locator(`[data-add="${addition}"]`);
  }

  /** `data-state`: loading, ready, training, paused, finished or failed. */
  state() {
    return this.html.getAttribute('data-state');
  }

  /** `data-step`: the last plotted step, 0 when nothing is plotted yet. */
  async step() {
    return Number((await this.html.getAttribute('data-step')) ?? 0);
  }

  /** `data-origin`: nothing, recorded or live. */
  origin() {
    return this.html.getAttribute('data-origin');
  }

  /** Waits until a result from there is shown: nothing, recorded or live. */
  async shows(origin, timeout = 20_000) {
    await this.root.locator(`html[data-origin="${origin}"]`).waitFor({ state: 'attached', timeout });
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

  /** Drags a file over the page, far from the form; resolves to the function that drops it. */
  async drag(name, bytes) {
    const transfer = await this.page.evaluateHandle(
      ([name, text]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
        return transfer;
      },
      [name, bytes.toString('base64')],
    );
    const over = this.root.locator('main');
    await over.dispatchEvent('dragover', { dataTransfer: transfer });
    return () => over.dispatchEvent('drop', { dataTransfer: transfer });
  }

  /** Presses Run as soon as the page is bound; the worker is loaded then. */
  async run(from = ['ready', 'finished']) {
    await this.reach(from);
    await this.button('Run').click();
  }

  /**
   * The ink on the large chart: pixels that differ from the corner's color, and saturated pixels by hue, in bins of
   * 30 degrees. Every variant has its own hue; axes, grid and text are gray, except for the names of variants.
   */
  ink() {
    return this.chart.evaluate(inkOf);
  }

  /** Number of hues with at least `least` pixels: the number of variants whose curve is drawn. */
  async curves(least = 60) {
    return (await this.ink()).hues.filter((pixels) => pixels >= least).length;
  }
}

/**
 * Keeps what is written on canvases, with its size in CSS pixels, until they are drawn anew: `texts` reads it. To be called
 * before the page is opened.
 */
export async function keepTexts(page) {
  await page.addInitScript(() => {
    const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
    const size = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, 'width');
    CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
      const scale = this.canvas.width / this.canvas.getBoundingClientRect().width;
      (this.canvas.written ??= []).push({ text, size: parseFloat(/([\d.]+)px/.exec(this.font)[1]) / scale });
      return fillText.call(this, text, ...more);
    };
    CanvasRenderingContext2D.prototype.clearRect = function (...all) {
      this.canvas.written = [];
      return clearRect.apply(this, all);
    };
    // Setting the width wipes a canvas.
    Object.defineProperty(HTMLCanvasElement.prototype, 'width', {
      ...size,
      set(value) {
        this.written = [];
        size.set.call(this, value);
      },
    });
  });
}

/** What is written on a canvas, see `keepTexts`. */
export function texts(canvas) {
  return canvas.evaluate(({ written }) => written ?? []);
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

  /** The types of these messages, without their prefix; heights aside, which come whenever the layout settles. */
  async types() {
    const types = (await this.messages()).map((data) => data?.type ?? '').filter((type) => type.startsWith(PREFIX));
    return types.map((type) => type.slice(PREFIX.length)).filter((type) => type !== 'resize');
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

/** CIFAR-10 records of dark and bright images; the page uses the last sixth of a single file for testing. */
export function cifarBatch(records) {
  const bytes = Buffer.alloc(records * 3073);
  for (let record = 0; record < records; record += 1) {
    const label = record % 10;
    bytes[record * 3073] = label;
    bytes.fill(label * 25 + (record % 7), record * 3073 + 1, (record + 1) * 3073);
  }
  return bytes;
}
