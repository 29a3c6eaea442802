/**
 * A class under a seed: people come, write, are cut off, are killed and come back; then it becomes quiet, and everybody
 * must have the same notebook with every word in it. What happened is logged, to be read when a seed fails.
 */
import { cellsOf, isCell, orderOf, textOf } from '../document/cells';
import { exportCells } from '../document/export';
import { makeGenesis } from '../document/genesis';
import { normalNotebook } from '../document/normal';
import { PRESENCE_MS } from '../awareness/awareness';
import { MAX_DEGREE, TARGET_DEGREE } from '../overlay/neighbours';
import type { Digest } from '../session';
import { RECORD_MS } from '../sync/engine';
import { BEAT_MS } from '../sync/exchange';
import type { IKept } from '../sync/kept';
import { Chance } from './chance';
import { Members } from './members';
import { type IWeather, Network } from './network';
import { type IWorld, Person } from './person';
import { VirtualClock } from './time';

export interface IScript {
  readonly people: number;
  readonly deeds: number;
  readonly weather: IWeather;
  /** Of a hundred deeds: how many are somebody coming back, being killed, or the class falling apart. */
  readonly trouble: number;
  /** Of a hundred deeds: how many are a paste of up to 100 KB. */
  readonly pastes?: number;
  /** Documents only: two hundred saying who they are make a million messages. */
  readonly isSilent?: boolean;
}

const SIDES = 2;
/** Longer than anybody who is gone is remembered, and than a lost record takes to be said again. */
const QUIET_MS = 150_000;

export class Story {
  constructor(
    readonly seed: number,
    private readonly script: IScript,
    digest: Digest
  ) {
    this.chance = new Chance(seed);
    this.network = new Network(this.clock, this.chance, script.weather);
    const cells = ['a', 'b', 'c', 'd'].map(id => ({
      id,
      cell_type: 'code',
      source: `<${id}>`,
      metadata: {}
    }));
    const genesis = makeGenesis(
      normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }).notebook
    );
    cells.forEach(({ source }) => this.demanded.add(source));
    const document = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
    this.world = {
      clock: this.clock,
      chance: this.chance,
      members: new Members(this.chance, digest),
      document,
      genesis,
      isSilent: script.isSilent === true
    };
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;
  readonly world: IWorld;
  readonly log: string[] = [];
  /** Words that must be there at the end, and those that somebody took away. */
  readonly demanded = new Set<string>();
  readonly deleted = new Set<string>();
  people: Person[] = [];
  private names = 0;

  /** Tells it to the end, stopping now and then so that others get their turn. @throws Error with seed and log when something is not as it must be. */
  *tell(): Generator<void> {
    const { people, deeds, trouble } = this.script;
    try {
      for (let count = 0; count < people; count += 1) {
        this.arrive();
        yield;
      }
      this.clock.advance(2000);
      for (let deed = 0; deed < deeds; deed += 1) {
        if (this.chance.is(trouble / 100)) {
          this.upset();
        } else {
          this.write(this.chance.pick(this.people));
        }
        this.clock.advance(this.chance.is(0.7) ? this.chance.below(150) : this.chance.below(2500));
        yield;
      }
      this.calm();
      this.check();
      if (!this.script.isSilent) {
        this.checkPeople();
      }
    } catch (error) {
      throw new Error(`seed ${this.seed}: ${(error as Error).message}\n${this.log.join('\n')}`, {
        cause: error
      });
    }
  }

  write(person: Person): void {
    const isPaste = this.chance.is((this.script.pastes ?? 0) / 100);
    this.note(isPaste ? person.deeds.paste() : person.deeds.act(this.deleted));
    person.deeds.written.forEach(word => this.demanded.add(word));
    if (this.chance.is(0.3) && !this.script.isSilent) {
      person.look();
    }
  }

  arrive(kept?: IKept[]): Person {
    const person = new Person(`p${(this.names += 1)}`, this.world, kept);
    this.people.push(person);
    this.note(`${person.name} comes${kept ? ' back' : ''}`);
    this.introduce(person);
    return person;
  }

  /** The page is gone, from one moment to the next. */
  kill(person: Person, isLost: boolean): void {
    this.note(`${person.name} is killed${isLost ? ', and so is the storage' : ''}`);
    this.people = this.people.filter(other => other !== person);
    this.network.remove(person.session);
    // Whoever is dead does nothing: its timers find nobody to talk to.
    person.neighbours.forEach(peer => person.engine.disconnect(peer));
    // What only it had died with it, whoever wrote it; of what is kept that is the last tenth of a second.
    const dying = isLost ? this.demanded : person.unkept;
    if (dying.size > 0) {
      const elsewhere = this.people.map(other => other.deeds.allText());
      dying.forEach(word => {
        if (!elsewhere.some(text => text.includes(word))) {
          this.demanded.delete(word);
        }
      });
    }
    const notice = this.chance.below(3000);
    this.clock.after(notice, () => {
      this.people.forEach(other => other.engine.disconnect(person.session));
      this.mend();
    });
  }

  /** The class falls into two, and may be whole again. */
  part(): void {
    this.note('the network falls apart');
    this.people.forEach(person => this.network.move(person.session, this.chance.below(SIDES)));
    this.clock.after(this.chance.below(4000), () => this.closeDead());
  }

  heal(): void {
    this.note('the network is whole again');
    this.people.forEach(person => this.network.move(person.session, 0));
    this.closeDead(true);
    this.mend();
  }

  /** Ends all trouble and lets time pass until everybody is equal. */
  calm(): void {
    this.heal();
    this.note('all is calm');
    const limit = this.clock.now() + 300_000;
    do {
      this.clock.advance(2000);
      this.mend();
    } while (this.clock.now() < limit && !this.isEqual());
  }

  isEqual(): boolean {
    const [first, ...others] = this.people.map(person => this.read(person));
    return others.every(text => text === first);
  }

  check(): void {
    const [first] = this.people;
    if (!this.isEqual()) {
      throw new Error('not everybody has the same notebook');
    }
    const text = first!.deeds.allText();
    const lost = [...this.demanded].filter(word => !this.deleted.has(word) && !text.includes(word));
    demand(lost.length === 0, `lost: ${lost.join(' ')}`);
    const cells = exportCells(first!.doc);
    demand(new Set(cells.map(cell => cell.id)).size === cells.length, 'a cell is doubled');
    cellsOf(first!.doc).forEach((cell, id) => demand(isCell(id, cell), `${id} is no cell`));
    for (const cell of cells) {
      demand(/^[A-Za-z0-9_-]{1,64}$/.test(cell.id), `a bad id: ${cell.id}`);
      demand(['code', 'markdown', 'raw'].includes(cell.cell_type), `a bad type: ${cell.cell_type}`);
      demand(typeof cell.source === 'string', `a bad source in ${cell.id}`);
    }
    this.people.forEach(person =>
      demand(person.neighbours.length <= MAX_DEGREE, `${person.name} has too many neighbours`)
    );
  }

  /** A while later everybody knows who is here, and nothing else was said but that. */
  checkPeople(): void {
    const before = this.network.messages;
    this.clock.advance(QUIET_MS);
    const count = this.people.length;
    for (const person of this.people) {
      const names = person.engine.people(this.clock.now()).map(other => other.name);
      const others = this.people.filter(other => other !== person).map(other => other.name);
      demand(
        names.sort().join() === others.sort().join(),
        `${person.name} sees ${names.join()}, not ${others.join()}`
      );
      const present = person.engine.people(this.clock.now()).filter(other => other.documents.length > 0);
      demand(present.length === count - 1, `${person.name} sees ${present.length} in the notebook`);
    }
    // Each says three things (here, in the notebook, a record) to all, over at most eight connections each; and beats.
    const said = (2 * QUIET_MS) / PRESENCE_MS + QUIET_MS / RECORD_MS + 3;
    const most = count * (said * (count - 1) * MAX_DEGREE + (4 * 2 * QUIET_MS) / BEAT_MS);
    const messages = this.network.messages - before;
    demand(messages <= most, `${messages} messages in a quiet class of ${count}, not ${most}`);
  }

  private read(person: Person): string {
    return JSON.stringify([
      ...orderOf(person.doc).map(({ id, pos, cell }) => [id, pos, cell.get('cell_type'), textOf(cell)]),
      person.deeds.allText()
    ]);
  }

  private upset(): void {
    const kind = this.chance.pick(['kill', 'kill', 'arrive', 'part', 'heal', 'heal']);
    if (kind === 'kill' && this.people.length > 1) {
      const person = this.chance.pick(this.people);
      const isLost = this.chance.is(0.3);
      this.kill(person, isLost);
      const back = this.arrive(isLost ? [] : person.kept);
      if (!isLost) {
        // Nobody else may have had them yet: they are on the device, and come back with it.
        person.keptWords.forEach(word => back.deeds.written.add(word));
      }
    } else if (kind === 'arrive' && this.people.length < this.script.people + 3) {
      this.arrive();
    } else if (kind === 'part') {
      this.part();
    } else if (kind === 'heal') {
      this.heal();
    }
  }

  private introduce(person: Person): void {
    const others = this.chance.shuffle(this.people).filter(other => other !== person);
    for (const other of others) {
      if (person.neighbours.length >= TARGET_DEGREE) {
        return;
      }
      if (other.neighbours.length < MAX_DEGREE) {
        this.join(person, other);
      }
    }
    // Everybody is full: step into an edge that exists.
    for (const other of others) {
      const third = this.people.find(each => each.session === other.neighbours[0]);
      if (third && third !== person && person.neighbours.length + 2 <= TARGET_DEGREE) {
        this.unjoin(other, third);
        this.join(person, other);
        this.join(person, third);
      }
    }
  }

  private join(a: Person, b: Person): void {
    if (a === b || a.neighbours.includes(b.session) || !this.network.isReachable(a.session, b.session)) {
      return;
    }
    if (a.neighbours.length < MAX_DEGREE && b.neighbours.length < MAX_DEGREE) {
      a.connect(this.network.line(a.session, b));
      b.connect(this.network.line(b.session, a));
    }
  }

  private unjoin(a: Person, b: Person): void {
    a.engine.disconnect(b.session);
    b.engine.disconnect(a.session);
  }

  /** What leads to the other side is noticed to be dead. */
  private closeDead(all = false): void {
    for (const person of this.people) {
      for (const peer of person.neighbours) {
        const other = this.people.find(each => each.session === peer);
        if (!other || all || !this.network.isReachable(person.session, peer)) {
          person.engine.disconnect(peer);
          other?.engine.disconnect(person.session);
        }
      }
    }
    this.mend();
  }

  private mend(): void {
    this.people.forEach(
      person =>
        person.neighbours.length < Math.min(TARGET_DEGREE, this.people.length - 1) && this.introduce(person)
    );
  }

  private note(words: string): void {
    if (words) {
      this.log.push(`${Math.round(this.clock.now())} ${words}`);
    }
  }
}

function demand(condition: boolean, words: string): void {
  if (!condition) {
    throw new Error(words);
  }
}
