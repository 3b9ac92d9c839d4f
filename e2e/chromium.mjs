// Which Chromium the tests and the benchmark use, and with which flags: the installed one, never a download.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Path of the browser: `$CHROME`, else the first of the usual names on the PATH. */
export function chromiumPath() {
  if (process.env.CHROME) {
    return process.env.CHROME;
  }
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (!found) {
    throw new Error(`no Chromium: set CHROME, or install one of ${NAMES.join(', ')}`);
  }
  return found;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
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

/** `navigator.gpu` exists, but never returns an adapter, as for a visitor without a usable GPU. */
export const CPU_ARGS = [...COMMON, '--disable-gpu'];

/** WebGPU on the software adapter, without a GPU in the machine. */
export const WEBGPU_ARGS = [
  ...COMMON,
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];
