// A browser whose service workers nobody watches. Playwright attaches a debugger to each of them, and Chromium can take one that is debugged for busy:
// whatever is to take its place then waits for minutes, as it does for no visitor. This one is attached to its pages alone.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CPU_ARGS, chromiumPath } from './chromium.mjs';

/** Starts a browser with a fresh profile, which it keeps when it is started again. */
export async function startUnwatched() {
  const profile = await mkdtemp(join(tmpdir(), 'emergence-lab-profile-'));
  let browser = launch(profile);
  const quit = async () => {
    await browser.send('Browser.close');
    await browser.ended;
  };
  return {
    open: (address) => openTab(browser.send, address),
    async restart() {
      await quit();
      browser = launch(profile);
    },
    async close() {
      await quit();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function launch(profile) {
  const flags = ['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'];
  // Commands go to its file 3 and answers come from its file 4, each with a zero byte at its end.
  const browser = spawn(chromiumPath(), [...CPU_ARGS, ...flags], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((done) => browser.once('exit', done));
  return { ended, send: commands(browser.stdio[3], browser.stdio[4]) };
}

/** The function that sends a command of the DevTools protocol and resolves to its result. */
function commands(input, output) {
  const waiting = new Map();
  let last = 0;
  let rest = '';
  output.setEncoding('utf8').on('data', (text) => {
    const messages = (rest + text).split('\0');
    rest = messages.pop();
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      const [done, fail] = waiting.get(id) ?? [];
      waiting.delete(id);
      if (error) fail?.(new Error(error.message));
      else done?.(result);
    }
  });
  return (method, params = {}, sessionId = undefined) =>
    new Promise((done, fail) => {
      waiting.set((last += 1), [done, fail]);
      input.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
}

/** Opens a tab with this address. */
async function openTab(send, address) {
  const { targetId } = await send('Target.createTarget', { url: address });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  return {
    goto: (address) => send('Page.navigate', { url: address }, sessionId),
    /** What a function returns in the page; null while the page is being replaced. */
    async evaluate(ask, ...values) {
      const expression = `(${ask})(${values.map((value) => JSON.stringify(value)).join()})`;
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result } = (await send('Runtime.evaluate', options, sessionId).catch(() => null)) ?? {};
      return result?.value ?? null;
    },
  };
}
