// Faults that are made to happen for real: workers that stop, programs that run out of memory, a browser without storage.

import { readFile } from 'node:fs/promises';
import { Lab } from './lab.mjs';
import { capMemory } from './wasm.mjs';

/** The workers with these words in their names: `helper`, or nothing for the one that talks to the page. */
export async function workersNamed(page, helper) {
  const workers = page.workers();
  const names = await Promise.all(workers.map((worker) => worker.evaluate(() => self.name)));
  return workers.filter((_, index) => names[index].includes('helper') === helper);
}

/** Ends a worker without a word: no event tells of it. */
export function silence(worker) {
  return worker.evaluate(() => setTimeout(() => self.close()));
}

/** An exception outside of the program of a worker, which the program outlives. */
export function throwIn(worker) {
  return worker.evaluate(() => {
    setTimeout(() => {
      throw new Error('thrown on purpose');
    });
  });
}

/** Sets the number of cores and the arithmetic, which are settings of the browser, before the page loads. */
export function choose(page, cores) {
  const choices = { 'emergence-lab/cores': String(cores), 'emergence-lab/arithmetic': 'exact' };
  return page.addInitScript((stored) => Object.assign(localStorage, stored), choices);
}

/** The results file of what is shown, as an object; `saved` is where the browser puts it. */
export async function exported(lab, saved = nextDownload(lab.page)) {
  await lab.openDialog('share');
  await lab.share.getByRole('button', { name: 'JSON' }).click();
  const text = await readFile(await saved, 'utf8');
  await lab.closeDialog();
  return JSON.parse(text);
}

async function nextDownload(page) {
  return (await page.waitForEvent('download')).path();
}

/** The same page in another tab of the same browser. */
export async function anotherTab(lab, query) {
  const other = new Lab(await lab.page.context().newPage(), lab.site);
  await other.open(query);
  return other;
}

/** Waits until the browser has stored a run after `since`, which was training or not; `runs` are stored then. */
export async function stored(page, { training, since = 0, runs = 1 }) {
  for (let turn = 0; turn < 250; turn += 1) {
    const records = await page.evaluate(storedRuns);
    const latest = records.at(-1);
    if (records.length === runs && latest.training === training && latest.storedAt >= since) {
      return;
    }
    await page.waitForTimeout(100);
  }
  throw new Error(`stored: ${JSON.stringify(await page.evaluate(storedRuns))}`);
}

/** Runs until a step, pauses, and waits until the browser has stored the run. */
export async function pauseAt(lab, query, step, runs = 1) {
  await lab.open(query);
  await lab.run();
  await lab.plotted(step);
  const since = await lab.page.evaluate(() => Date.now());
  await lab.button('Pause').click();
  await lab.reach('paused');
  await stored(lab.page, { training: false, since, runs });
}

/** When each stored run was stored, and whether it was training; the latest is the last. To be evaluated in the page. */
export function storedRuns() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('emergence-lab');
    // If there is none yet, the page has to create it.
    opening.onupgradeneeded = () => opening.transaction.abort();
    opening.onerror = () => resolve([]);
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction('heads').objectStore('heads').getAll();
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        database.close();
        const records = reading.result.map(({ storedAt, training }) => ({ storedAt, training }));
        resolve(records.sort((one, other) => one.storedAt - other.storedAt));
      };
    };
  });
}

/** Changes one byte of every stored state. */
export function damageStates(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('emergence-lab');
        opening.onsuccess = () => {
          const database = opening.result;
          const writing = database.transaction('states', 'readwrite');
          const cursor = writing.objectStore('states').openCursor();
          cursor.onsuccess = () => {
            if (cursor.result) {
              const state = cursor.result.value;
              state[state.length >> 1] ^= 1;
              cursor.result.update(state);
              cursor.result.continue();
            }
          };
          writing.oncomplete = () => resolve(database.close());
          writing.onerror = () => reject(writing.error);
        };
      }),
  );
}

/** Serves the wasm at these addresses with a memory that can grow by so many bytes, and no further. */
export async function capMemoryAt(context, pattern, bytes) {
  await context.route(pattern, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: capMemory(await response.body(), bytes) });
  });
}

/** Runs a script at the beginning of every worker that computes on the GPU. */
export async function patchGpuWorker(page, script) {
  await page.route(/\/lab\/[^/]*worker_gpu_loader\.js(\?.*)?$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}

/**
 * In workers that compute on the GPU, the clock goes on by a second whenever it is read without a submission to the GPU since it was read last: the
 * CPU appears to be slow.
 */
export async function slowCpu(page) {
  await patchGpuWorker(
    page,
    `
    const now = performance.now.bind(performance);
    const { submit } = GPUQueue.prototype;
    let more = 0;
    let submitted = true;
    GPUQueue.prototype.submit = function (...all) {
      submitted = true;
      return submit.apply(this, all);
    };
    performance.now = () => {
      more += submitted ? 0 : 1000;
      submitted = false;
      return now() + more;
    };
  `,
  );
}
