// Which Chromium the tests and the benchmark use, and with which flags: the installed one, never a download.
//
//   node chromium.mjs      prints the path of the browser

import { statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'chrome.exe'];
/** Its path on macOS. */
const APPLICATION = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** Path of the browser: `$CHROME`, a path or a name, else the first of the usual names on the PATH. */
export function chromiumPath() {
  const chosen = process.env.CHROME;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const places = (name) => folders.map((folder) => resolve(folder, name));
  const candidates = chosen ? [resolve(chosen), ...places(chosen)] : [...NAMES.flatMap(places), APPLICATION];
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
  if (!found) {
    const missing = `no Chrome or Chromium found (${NAMES.join(', ')}): install one, or set CHROME to its path`;
    throw new Error(chosen ? `CHROME is set to ${chosen}, which is no file` : missing);
  }
  return found;
}

/** No background network traffic, and no sandbox so that it also starts as root in a container. */
const COMMON = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `navigator.gpu` exists but never returns an adapter, as for a visitor without a usable GPU. */
export const CPU_ARGS = [...COMMON, '--disable-gpu'];

/** WebGPU on the software adapter, without a GPU in the machine. */
export const WEBGPU_ARGS = [
  ...COMMON,
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(chromiumPath());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
