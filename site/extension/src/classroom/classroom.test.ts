// @vitest-environment jsdom
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { beforeAll, describe, expect, it, vi } from 'vitest';

// What jsdom has not, and Lumino and the buttons of JupyterLab ask for when they are loaded.
vi.hoisted(() =>
  Object.assign(globalThis, {
    DragEvent: class {},
    matchMedia: () => ({ matches: false, addListener() {}, addEventListener() {} })
  })
);

import type { ICatalogue, IEnvironment } from '../workshop/catalogue';
import { nameArticles } from './articles';
import { BackLink, classToReturnTo, rememberClass } from './back';
import { ClassroomBar } from './bar';
import { LINE, withoutLooseLines } from './more';
import type { Offline } from './offline';
import { Keeper, loadedByPage, neededOffline } from './offline';
import { addresses, linkedNotebook, placeOf, tabTitle } from './place';
import { rememberPlace } from './places';

const ROOT = 'https://school.test/py/';
const trans = nullTranslator.load('peerbook');
const archive = (url: string) => ({ url, bytes: 1, sha256: '' });
const environment = {
  core: [archive('static/pyodide/1/pyodide.mjs')],
  standardLibrary: archive('static/environment/std.zip'),
  archives: [archive('static/environment/a.zip')],
  compiledLockUrl: null
} as unknown as IEnvironment;

const notebook = (path: string, title: string) => ({
  path,
  title,
  genesis: { hash: '', url: `genesis/loops/${path}.bin` }
});
const catalogue: ICatalogue = {
  edition: '',
  environment,
  workshops: [
    {
      slug: 'loops',
      title: 'Loops',
      summary: '',
      language: 'en',
      data: [],
      environment,
      notebooks: [
        notebook('1-a.ipynb', '1. Hello'),
        notebook('2-b.ipynb', 'Again'),
        notebook('3-c.ipynb', '3 little pigs')
      ]
    }
  ]
};

describe('where one is', () => {
  it('counts the steps from one and knows the neighbours, also at both ends', () => {
    expect(placeOf(catalogue, 'loops/1-a.ipynb')).toMatchObject({
      step: { number: 1, title: 'Hello' },
      previous: undefined,
      next: { path: 'loops/2-b.ipynb' }
    });
    expect(placeOf(catalogue, 'loops/3-c.ipynb')).toMatchObject({ previous: { number: 2 }, next: undefined });
  });

  it('says the workshop of a file that is no step, and nothing outside of every workshop', () => {
    expect(placeOf(catalogue, 'loops/mine.ipynb')).toMatchObject({
      workshop: { slug: 'loops' },
      step: undefined
    });
    expect(placeOf(catalogue, 'mine.ipynb')).toBeUndefined();
    expect(tabTitle(undefined, 'mine.ipynb')).toBe('mine.ipynb');
    expect(tabTitle(placeOf(catalogue, 'loops/2-b.ipynb'), '')).toBe('2 Again - Loops');
  });

  it('keeps slashes readable in addresses and everything else safe', () => {
    expect(addresses.notebook('loops/1 & 2.ipynb')).toBe('notebooks/index.html?path=loops/1%20%26%202.ipynb');
  });

  it('knows a link to a notebook of this site from every other', () => {
    expect(linkedNotebook(`${ROOT}files/loops/2%20b.ipynb#more`, ROOT)).toBe('loops/2 b.ipynb');
    expect(linkedNotebook(`${ROOT}files/loops/data.csv`, ROOT)).toBeUndefined();
    expect(linkedNotebook('https://other.test/py/files/loops/2.ipynb', ROOT)).toBeUndefined();
  });

  it('remembers the step, and goes on when storage is refused', () => {
    rememberPlace('/py/', 'loops', 'loops/2-b.ipynb');
    expect(JSON.parse(localStorage.getItem('peerbook:places:/py/') ?? '')).toEqual({
      loops: 'loops/2-b.ipynb'
    });
    expect(() =>
      rememberPlace('/py/', 'loops', 'x', () => {
        throw new DOMException('refused', 'SecurityError');
      })
    ).not.toThrow();
  });
});

describe('the bar', () => {
  beforeAll(() => {
    vi.stubGlobal(
      'ResizeObserver',
      class {
        observe() {}
        disconnect() {}
      }
    );
  });

  it('keeps what it is given in the order of the ranks, until it is taken away', () => {
    const bar = new ClassroomBar(trans, ROOT);
    const say = (text: string) => {
      const widget = new Widget();
      widget.node.textContent = text;
      return widget;
    };
    bar.add('keeping', say('kept '), 30);
    const python = bar.add('python', say('ready '), 20);
    bar.add('whose', say('yours'), 40);
    expect(bar.node.querySelector('.pb-Slots')?.textContent).toBe('ready kept yours');
    python.dispose();
    python.dispose();
    bar.add('python', say('busy '), 20);
    expect(bar.node.querySelector('.pb-Slots')?.textContent).toBe('busy kept yours');
  });

  it('leads to the catalogue, the workshop and the steps beside this one, in reading order', () => {
    const bar = new ClassroomBar(trans, ROOT);
    bar.showPlace(placeOf(catalogue, 'loops/2-b.ipynb'), '2-b.ipynb');
    const links = [...bar.node.querySelectorAll('a')].map(link => [
      link.textContent || link.title,
      link.href
    ]);
    expect(links.shift()?.[0]).toBe('Skip to the content');
    expect(links).toEqual([
      ['All workshops', `${ROOT}index.html`],
      ['Loops', `${ROOT}workshops/loops/index.html`],
      ['Previous step: 1 Hello', `${ROOT}notebooks/index.html?path=loops/1-a.ipynb`],
      ['Next step: 3 little pigs', `${ROOT}notebooks/index.html?path=loops/3-c.ipynb`]
    ]);
    expect(bar.node.querySelector('[aria-current]')?.textContent).toBe('2 Again');
  });

  it('leads to the workshop and its steps in the class, and out of it to the catalogue', () => {
    const bar = new ClassroomBar(trans, ROOT, undefined, '#class=abc');
    bar.showPlace(placeOf(catalogue, 'loops/2-b.ipynb'), '2-b.ipynb');
    const links = [...bar.node.querySelectorAll('a')].slice(1).map(link => link.href);
    expect(links).toEqual([
      `${ROOT}index.html`,
      `${ROOT}workshops/loops/index.html#class=abc`,
      `${ROOT}notebooks/index.html?path=loops/1-a.ipynb#class=abc`,
      `${ROOT}notebooks/index.html?path=loops/3-c.ipynb#class=abc`
    ]);
  });

  it('shows a title as text, whatever is in it', () => {
    const bar = new ClassroomBar(trans, ROOT);
    bar.showPlace(undefined, '<img src=x onerror=alert(1)>');
    expect(bar.node.querySelector('img')).toBeNull();
  });
});

describe('cells', () => {
  it('are the articles of a notebook, those that come later too', async () => {
    const viewport = document.createElement('div');
    const cell = () => Object.assign(document.createElement('div'), { className: 'lm-Widget jp-Cell' });
    viewport.append(cell());
    const end = nameArticles(viewport);
    viewport.append(cell(), document.createElement('button'));
    const roles = () => [...viewport.children].map(child => child.getAttribute('role'));
    await vi.waitFor(() => expect(roles()).toEqual(['article', 'article', null]));
    end();
  });
});

describe('a class one came from', () => {
  it('is remembered in the window, led back to, and forgotten in the class', () => {
    rememberClass('/py/', '#class=abc');
    expect(classToReturnTo('/py/')).toBe('#class=abc');
    expect(classToReturnTo('/other/')).toBe('');
    const back = new BackLink(trans, '#class=abc', () => `${ROOT}notebooks/index.html?path=a`);
    expect(back.node.textContent).toBe('Your copyBack to the class');
    expect(back.node.querySelector('a')!.href).toBe(`${ROOT}notebooks/index.html?path=a#class=abc`);
    rememberClass('/py/', '');
    expect(classToReturnTo('/py/')).toBe('');
  });

  it('is not missed where the browser refuses to remember', () => {
    const refuse = () => {
      throw new DOMException('refused', 'SecurityError');
    };
    rememberClass('/py/', '#class=abc', refuse);
    expect(classToReturnTo('/py/', refuse)).toBe('');
  });
});

describe('More', () => {
  it('has no line at an end and never two together', () => {
    expect(withoutLooseLines([LINE, 'a', LINE, LINE, 'b', LINE])).toEqual(['a', LINE, 'b']);
    expect(withoutLooseLines([LINE])).toEqual([]);
  });
});

describe('without a network', () => {
  it('needs Python, the workshop and the pages around it', () => {
    const needed = neededOffline(catalogue, 'loops/1-a.ipynb');
    expect(needed).toEqual(
      expect.arrayContaining([
        'offline.html',
        'files/loops/',
        'workshops/loops/',
        'genesis/loops/2-b.ipynb.bin',
        'static/pyodide/1/pyodide.mjs',
        'static/environment/std.zip'
      ])
    );
    expect(neededOffline(catalogue, 'mine.ipynb')).not.toContain('files/loops/');
  });

  it('takes what the page has loaded from its own site, once each', () => {
    const names = [`${ROOT}build/1.js?v=1`, `${ROOT}build/1.js?v=1`, 'https://other.test/x.js', 'blob:x'];
    expect(loadedByPage(ROOT, `${ROOT}notebooks/index.html?path=a#b`, names)).toEqual([
      `${ROOT}notebooks/index.html?path=a`,
      `${ROOT}build/1.js?v=1`
    ]);
  });

  it('goes on without where the browser has no service workers or refuses them', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (const container of [
      undefined,
      { register: () => Promise.reject(new Error('no')), ready: new Promise<never>(() => {}) }
    ]) {
      const states: Offline[] = [];
      const keeper = new Keeper(ROOT, container, state => states.push(state));
      expect(await keeper.start()).toBe(false);
      await keeper.keep(['a']);
      expect(states).toEqual([{ state: 'refused' }]);
    }
  });

  it('says how far it is, and at the end whether all is there', async () => {
    const states: Offline[] = [];
    const worker = {
      postMessage(message: { urls: string[] }, [port]: MessagePort[]) {
        message.urls.forEach((_, index) => port?.postMessage({ type: 'keeping', done: index + 1, total: 2 }));
        port?.postMessage({ type: 'kept', total: 2, failed: message.urls.filter(url => url === 'gone') });
      }
    };
    const registration = { active: worker } as unknown as ServiceWorkerRegistration;
    const container = { register: () => Promise.resolve(registration), ready: Promise.resolve(registration) };
    const keeper = new Keeper(ROOT, container, state => states.push(state));
    expect(await keeper.start()).toBe(true);
    await keeper.keep(['a', 'b']);
    expect(states).toEqual([
      { state: 'keeping', done: 1, total: 2 },
      { state: 'keeping', done: 2, total: 2 },
      { state: 'ready' }
    ]);
    await keeper.keep(['a', 'gone']);
    expect(keeper.state).toEqual({ state: 'partly', missing: 1 });
    await keeper.keepQuietly(['gone']);
    expect(keeper.state).toEqual({ state: 'partly', missing: 1 });
  });
});
