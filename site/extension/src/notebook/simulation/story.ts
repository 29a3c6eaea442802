/**
 * A class under a seed, told to the end: people write in one notebook as JupyterLab lets them, come late, reload, open a
 * second tab, restore files, lose their network and their pages; then it becomes quiet, and what must hold is looked at.
 */
import * as Y from 'yjs';
import { exportCells } from '../../core/document/export';
import { genesisHash, makeGenesis } from '../../core/document/genesis';
import { normalNotebook } from '../../core/document/normal';
import type { Digest } from '../../core/session';
import { Chance } from '../../core/simulation/chance';
import type { IWeather } from '../../core/simulation/network';
import { VirtualClock } from '../../core/simulation/time';
import type { ISurroundings } from '../documents';
import { beginOwn, readDocument } from '../documents';
import { readNotebook, writeNotebook } from '../file';
import { type Deed, Person } from './deeds';
import { Gathering, type Shape } from './gathering';
import { demand } from './mirror';
import { EVERYBODY_MAY, Members } from '../../core/simulation/members';
import { Engine } from '../../core/sync/engine';
import { ClassPage, Device, type IClassWorld } from './page';
import { Words } from './words';

export interface IScript {
  readonly people: number;
  readonly turns: number;
  readonly weather: IWeather;
  readonly deeds: readonly Deed[];
  /** Of a hundred turns: how many are something happening to pages, devices or the network. */
  readonly trouble: number;
}

/** Nobody is asked for longer: an exchange with everybody takes seconds. */
const CALM_MS = 300_000;
/** Pages in one class: more than there are people, for second tabs and late joiners. */
const MOST_PAGES = 8;
const NAMES = ['ada', 'ben', 'cem', 'dia', 'eva'];
const CELLS = ['code', 'markdown', 'code', 'code'].map((cell_type, index) => ({
  id: `g${index}`,
  cell_type,
  source: `<${index}begin>`,
  metadata: {}
}));

export class ClassStory {
  constructor(
    readonly seed: number,
    private readonly script: IScript,
    digest: Digest
  ) {
    this.chance = new Chance(seed);
    const shape: Shape = seed % 3 === 0 ? 'ring' : 'mesh';
    this.gathering = new Gathering(this.clock, this.chance, script.weather, shape);
    const file = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: CELLS };
    const genesis = makeGenesis(normalNotebook(file).notebook);
    const document = `${genesisHash(genesis)}.team.${'0a'.repeat(16)}`;
    const members = new Members(this.chance, digest);
    this.world = { clock: this.clock, chance: this.chance, members, document, genesis };
    CELLS.forEach(({ source }) => this.words.begin(source));
  }

  private readonly clock = new VirtualClock();
  private readonly chance: Chance;
  private readonly gathering: Gathering;
  private readonly world: IClassWorld;
  private readonly words = new Words();
  private readonly log: string[] = [];
  private people: Person[] = [];
  private devices = 0;

  /** @throws Error with the seed and what happened, when something is not as it must be */
  async tell(): Promise<void> {
    try {
      for (let count = 0; count < this.script.people; count += 1) {
        await this.arrive();
      }
      this.clock.advance(2000);
      for (let turn = 0; turn < this.script.turns; turn += 1) {
        if (this.chance.is(this.script.trouble / 100)) {
          await this.trouble();
        } else {
          const person = this.chance.pick(this.people);
          person.page.beginDeed(this.clock.now());
          person.act(this.chance.pick(this.script.deeds));
          person.page.check();
        }
        this.clock.advance(this.chance.is(0.7) ? this.chance.below(150) : this.chance.below(2500));
        await settle();
      }
      this.calm();
      await this.check();
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`seed ${this.seed}: ${message}\n${this.log.join('\n')}`, { cause: error });
    }
  }

  private async arrive(device?: Device): Promise<Person> {
    const name = NAMES[this.devices % NAMES.length]!;
    const home = device ?? new Device(name);
    this.devices += device ? 0 : 1;
    const page = await ClassPage.open(home.name, home, this.world);
    this.note(`${home.name} opens ${page.session.slice(0, 4)}`);
    page.check();
    this.gathering.add(page);
    const person = new Person(page, this.chance, this.words, words => this.note(words));
    this.people.push(person);
    return person;
  }

  private async trouble(): Promise<void> {
    const { chance, gathering } = this;
    const person = chance.pick(this.people);
    const { device } = person.page;
    const tabs = gathering.pages.filter(page => page.device === device);
    switch (
      chance.pick([
        'reload',
        'reload',
        'kill',
        'late',
        'tab',
        'cut off',
        'cut off',
        'rejoin',
        'server',
        'file'
      ])
    ) {
      case 'reload':
        this.note(`${device.name} reloads`);
        this.leave(person);
        person.page.close();
        // What the closing page said last is on its way.
        gathering.remove(person.page, 100);
        await this.arrive(device);
        break;
      case 'kill': {
        const isLost = chance.is(0.3) && this.people.length > 1 && tabs.length === 1;
        this.note(`${device.name}'s page is killed${isLost ? ' and the device is gone' : ''}`);
        this.leave(person);
        person.page.kill();
        this.gathering.network.remove(person.page.session);
        gathering.remove(person.page, chance.below(3000));
        await settle();
        if (!isLost) {
          await this.arrive(device);
        }
        await this.forget(person.page.session);
        break;
      }
      case 'late':
        if (gathering.pages.length < MOST_PAGES) {
          await this.arrive();
        }
        break;
      case 'tab':
        if (gathering.pages.length < MOST_PAGES) {
          await this.arrive(device);
        }
        break;
      case 'cut off':
        this.note(`${device.name} has no network`);
        gathering.cutOff(tabs);
        break;
      case 'rejoin':
        this.note(`${device.name} has its network again`);
        gathering.rejoin(tabs);
        break;
      case 'server':
        this.note('the server forgets everything');
        gathering.clearServer();
        break;
      case 'file':
        await this.restore(person);
        break;
    }
  }

  private leave(person: Person): void {
    this.people = this.people.filter(other => other !== person);
  }

  /** Somebody opens a file of this notebook: a notebook beside, and nothing of the class's is touched. */
  private async restore({ page }: Person): Promise<void> {
    const before = page.content();
    const file = writeNotebook(page.notebook.ydoc, page.outputs);
    const around: ISurroundings = {
      storage: page.device.storage,
      published: () => Promise.resolve(null),
      fetchBytes: () => Promise.reject(new Error('nothing is fetched')),
      readFile: () => Promise.resolve(null),
      random: into => into.map(() => this.chance.below(256))
    };
    const path = `restored ${Math.round(this.clock.now())}.ipynb`;
    const read = readNotebook(JSON.parse(JSON.stringify(file)));
    const entry = await beginOwn(around, path, read);
    this.note(`${page.name} restores a file as ${entry.document.slice(-4)}`);
    demand(entry.document !== this.world.document, 'a restored file is the document of the class');
    const restored = await readDocument(around, entry);
    const cells = JSON.stringify((file.cells as unknown[]).length ? file.cells : restored.cells);
    demand(JSON.stringify(restored.cells) === cells, 'a restored file has other cells');
    demand(page.content() === before, 'a restored file changed the notebook of the class');
    if (this.script.deeds.includes('copy')) {
      // Its cells have the ids of those in the notebook.
      page.hands.take(restored.cells as never, this.chance.is(0.5));
    }
  }

  /** What only the killed page or device had is not asked for. */
  private async forget(dead: string): Promise<void> {
    const texts = this.gathering.pages.map(page => page.allText());
    this.words.forget(texts.join('\n'), dead);
    await settle();
  }

  private calm(): void {
    this.note('all is calm');
    this.gathering.calm();
    const end = this.clock.now() + CALM_MS;
    do {
      this.clock.advance(2000);
      this.gathering.mend();
    } while (this.clock.now() < end && !this.isEqual());
  }

  private isEqual(): boolean {
    const [first, ...others] = this.gathering.pages.map(page => page.content());
    return others.every(content => content === first);
  }

  private async check(): Promise<void> {
    const { pages } = this.gathering;
    pages.forEach(page => page.check());
    demand(this.isEqual(), 'not everybody has the same notebook');
    const text = pages[0]!.text();
    this.words.check(text);
    if (!this.script.deeds.includes('copy')) {
      this.words.checkOnce(text);
    }
    await settle();
    for (const page of pages) {
      // What is kept gives the same notebook.
      page.close();
      const doc = new Y.Doc();
      const { chance, clock, document, genesis, members } = this.world;
      const { room, crypto, keys, digest } = members;
      const engine = new Engine({
        ...{ room, crypto, keys, digest, clock, own: members.session('reader'), random: chance.random },
        rules: EVERYBODY_MAY
      });
      engine.follow(document, doc, { genesis, kept: page.device.kept });
      demand(JSON.stringify(exportCells(doc)) === page.content(), `${page.name} keeps another notebook`);
      engine.end();
      doc.destroy();
    }
  }

  private note(words: string): void {
    if (words) {
      this.log.push(`${Math.round(this.clock.now())} ${words}`);
    }
  }
}

/** Storage answers. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await Promise.resolve();
  }
}
