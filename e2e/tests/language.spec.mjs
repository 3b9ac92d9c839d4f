// The page in Chinese: chosen by the address, by the browser or in the header, without English left.

import { expect, test } from '../fixtures.mjs';
import { SMALL, screenshot } from '../lab.mjs';

const TABS = ['compare', 'layers', 'inside', 'emergence', 'learn', 'about'];
const DIALOGS = ['setup', 'variant-dialog', 'share', 'keys'];

/** Names and notations, which are the same in every language. */
const NAMES = [
  'Emergence Lab', 'MIT', 'Apache 2.0', 'Rust', 'Burn', 'JavaScript', 'WebGPU', 'CPU', 'GPU', 'Flex, WebAssembly with SIMD', 'WebAssembly', 'SVG', 'PNG', 'JPEG', 'NumPy', 'BibTeX',
  'Fashion-MNIST', 'MNIST', 'CIFAR-10', 'IDX', 'gzip', 'digits', 'patterns', 'numbers', 'Multi30k', 'BLEU', 'chrF', 'Anki', 'Tatoeba',
  'Xavier', 'Kaiming', 'LeCun', 'PyTorch', 'ZerO', 'Fixup', 'LSUV', 'MetaInit', 'GradInit', 'NIO', 'normal', 'uniform',
  'Transformer', 'transformer', 'fairseq', 'GPT-2', 'DS-Init', 'T-Fixup', 'DeepNet', 'Admin', 'pre-LN', 'post-LN', 'Ott', 'Radford', 'Wang',
  'ReLU', 'GELU', 'tanh', 'sigmoid', 'SGD', 'AdamW', 'Adam', 'softmax', 'logits', 'Hessian', 'Hadamard',
  'log', 'std', 'bound', 'depth', 'alpha', 'auto', 'outer', 'pivot', 'inner', 'flat', 'torch.nn.Linear', 'Conv2d',
  'Ctrl', 'Enter', 'Esc', 'Holm', 'AISTATS', 'NeurIPS', 'ICML', 'Efficient BackProp', 'arXiv',
];

/** Everything with three or more Latin letters in a row that is not a name, in texts and in what screen readers read. */
function english(page) {
  return page.evaluate((names) => {
    const left = new Set();
    const look = (text) => {
      // Authors with a year, and variants as they are written in a query.
      let rest = text.replace(/(\p{Lu}[\p{L}.]*(, | & | 与 | et al\. | )?)+\d{4}/gu, '');
      rest = rest.replace(/[a-z]+\(\S*\)|[a-z]+(_[a-z]+)+/g, '');
      for (const name of names) {
        rest = rest.replaceAll(name, '');
      }
      if (/[A-Za-z]{3,}/.test(rest)) {
        left.add(text.trim());
      }
    };
    const visit = (element) => {
      if (element.matches('[translate="no"], script, style, noscript, code, textarea, option:not([value]), sub, math')) {
        return;
      }
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'label']) {
        look(element.getAttribute(name) ?? '');
      }
      for (const child of element.childNodes) {
        if (child.nodeType === Node.ELEMENT_NODE) {
          visit(child);
        } else if (child.nodeType === Node.TEXT_NODE) {
          look(child.nodeValue);
        }
      }
    };
    look(document.title);
    visit(document.body);
    return [...left];
  }, NAMES);
}

/** Visits every part and every dialog, with `check` in each. */
async function everywhere(lab, check) {
  for (const tab of TABS) {
    await lab.tab(tab);
    await check(tab);
  }
  await lab.tab('compare');
  for (const dialog of DIALOGS) {
    await lab.openDialog(dialog);
    await check(dialog);
    await lab.closeDialog();
  }
}

test('no English is left in Chinese, after a recorded result and after a run', async ({ lab, page }) => {
  test.setTimeout(120_000);
  await lab.open('lang=zh');
  await lab.shows('recorded');
  await expect(lab.html).toHaveAttribute('lang', 'zh-Hans');
  await everywhere(lab, async (place) => {
    expect(await english(page), `English in ${place}, with a recorded result`).toEqual([]);
  });
  await lab.open(`lang=zh&${SMALL}&steps=60`);
  await lab.run();
  await lab.reach('finished');
  await expect(lab.status).toContainText('完成');
  await everywhere(lab, async (place) => {
    expect(await english(page), `English in ${place}, after a run`).toEqual([]);
  });
});

test('an error in the address and a failure are told in Chinese', async ({ lab, page }) => {
  await lab.open('lang=zh&seeds=many&data=upload&bogus=1');
  await expect(lab.notices).toContainText('应为：1 到 512 的整数；实际为“many”');
  await expect(lab.notices).toContainText('未知的键“bogus”');
  // What is typed is quoted as it is.
  expect((await english(page)).filter((text) => !/many|bogus/.test(text)), 'English').toEqual([]);
});

test('a refusal of the worker is told in Chinese', async ({ lab }) => {
  await lab.open('lang=zh&data=upload');
  await lab.reach('ready');
  const drop = await lab.drag('empty.bin', Buffer.alloc(0));
  await drop();
  await expect(lab.filesRefused).toContainText('实际有 0 字节');
});

test.describe('in a Chinese browser', () => {
  test.use({ locale: 'zh-CN' });

  test('the page is Chinese by default', async ({ lab, page }) => {
    await lab.open();
    await lab.shows('recorded');
    await expect(lab.html).toHaveAttribute('lang', 'zh-Hans');
    await expect(page).toHaveTitle(/初始权重/);
    expect(await english(page), 'English').toEqual([]);
    expect(lab.search(), 'the language is not in the address').not.toContain('lang=');
  });

  test('lang=en stays English', async ({ lab, page }) => {
    await lab.open('lang=en');
    await lab.shows('recorded');
    await expect(lab.html).toHaveAttribute('lang', 'en');
    await expect(lab.button('Run')).toHaveText('Run live');
    const han = await page.evaluate(() => /\p{Script=Han}/u.test(document.querySelector('main').textContent));
    expect(han, 'Chinese characters').toBe(false);
  });
});

test('the choice in the header switches, and keeps what is shown', async ({ lab, page }) => {
  await lab.open('init=orthogonal,zero&steps=20');
  await lab.reach('ready');
  const language = page.locator('#language');
  await language.selectOption('zh');
  await expect(lab.html).toHaveAttribute('lang', 'zh-Hans');
  await lab.reach('ready');
  await expect(lab.button('Run')).toHaveText('实时运行');
  await expect(language, 'the choice is shown').toHaveValue('zh');
  expect(lab.search(), 'the experiment').toContain('init=orthogonal,zero');
  expect(lab.search(), 'the language').toContain('lang=zh');
  await language.selectOption('en');
  await expect(lab.html).toHaveAttribute('lang', 'en');
  await expect(lab.button('Run')).toHaveText('Run live');
  expect(lab.search(), 'the experiment').toContain('init=orthogonal,zero');
});

for (const [width, height] of [[1280, 900], [360, 740]]) {
  for (const theme of ['light', 'dark']) {
    test(`Chinese fits ${width} pixels, ${theme}`, async ({ lab, page }) => {
      await page.setViewportSize({ width, height });
      await lab.open(`lang=zh&theme=${theme}`);
      await lab.shows('recorded');
      await everywhere(lab, async (place) => {
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${place} scrolls sideways`).toBeLessThanOrEqual(0);
        await screenshot(page, `zh-${place}-${width}-${theme}`);
      });
    });
  }
}
