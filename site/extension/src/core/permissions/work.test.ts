import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Chance } from '../simulation/chance';
import { VirtualClock } from '../simulation/time';
import { checkChange, type ICheckedChange } from './change';
import { craft, type ICrafted } from './crafted.testing';
import { NOTEBOOK_LIMITS } from './limits';
import { checkGenesis, Intake } from './replay';
import { COSTLY_MS, COSTLY_PERCENT, Work } from './work';
import { GENESIS } from './writers.testing';

const protocol = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;
const genesis = (checkGenesis(GENESIS) as { value: ICheckedChange }).value;
const source = {
  client: genesis.client,
  clock: genesis.structs.find(({ content }) => content === 'text-type')!.clock
};

/** A stopwatch of work: of each item that Yjs looks at, it adds two to its sets. */
const looked = { count: 0 };
const { add } = Set.prototype;
function countLooks(): void {
  Set.prototype.add = function (value: unknown) {
    looked.count += 1;
    return add.call(this, value);
  };
}
const LOOK_MS = 0.0003;

function changeOf(client: number, bytes: Uint8Array): ICheckedChange {
  const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  return read.value;
}

/** As much as one change can cost: each of its letters belongs at the text's beginning, and so at its end. */
function crafted(client: number, clock: number, structs = 1024): ICheckedChange {
  const letter: ICrafted = { left: null, right: null, parent: source };
  return changeOf(client, craft(client, clock, Array<ICrafted>(structs).fill(letter)));
}

class Desk {
  readonly clock = new VirtualClock();
  readonly named: string[] = [];
  readonly work = new Work({
    clock: this.clock,
    stopwatch: () => looked.count * LOOK_MS,
    tooMuch: person => this.named.push(person)
  });
  readonly intake = new Intake(
    ...([new Y.Doc(), GENESIS, new Map<number, number>(), null, undefined] as const),
    this.work.of(session => (session === 'own' ? null : session))
  );

  get words(): string {
    return (this.intake.doc.getMap<Y.Map<Y.Text>>('cells').get('g0')!.get('source') as Y.Text).toJSON();
  }

  /** Letters written one before the other, as an editor does. */
  fill(count: number): void {
    for (let clock = 0; clock < count; clock += 1000) {
      const letters = Array.from({ length: 1000 }, (_, at) => {
        const before = clock + at - 1;
        return before < 0
          ? { left: null, right: { client: source.client, clock: source.clock + 1 } }
          : { left: null, right: { client: 5, clock: before } };
      });
      this.intake.take('filler', changeOf(5, craft(5, clock, letters)));
    }
  }
}

describe('the time that somebody’s writing takes', () => {
  afterEach(() => {
    Set.prototype.add = add;
  });

  it('[PER8] limits are those of protocol.json', () => {
    expect([COSTLY_MS, COSTLY_PERCENT]).toEqual([protocol['costly_ms'], protocol['costly_percent']]);
  });

  it.each([1, 10, 100])(
    '[PER8] %s crafted changes take their share of the time, and nobody else waits',
    count => {
      countLooks();
      const desk = new Desk();
      desk.fill(4000);
      expect([desk.intake.waiting.isSlow, desk.named]).toEqual([false, []]);
      const before = looked.count;
      const changes = Array.from({ length: count }, (_, at) => crafted(77, 1024 * at));
      changes.forEach(change => desk.intake.take('eve', change));
      // What they may take, and the one that shows it: not what all of them would.
      expect((looked.count - before) * LOOK_MS).toBeLessThan(COSTLY_MS * 1.3);
      expect([desk.intake.waiting.isSlow, desk.named]).toEqual([true, ['eve']]);
      // Who writes meanwhile is taken in at once.
      const taken = desk.intake.take(
        'ada',
        changeOf(6, craft(6, 0, [{ right: { client: 5, clock: 3999 } }]))
      );
      expect([taken.kind, Y.getState(desk.intake.doc.store, 6)]).toEqual(['ready', 1]);
      const [then, had] = [looked.count, Y.getState(desk.intake.doc.store, 77)];
      for (let at = 0; at < 100; at += 1) {
        desk.clock.advance(100);
        desk.intake.resume();
      }
      expect(Y.getState(desk.intake.doc.store, 77)).toBeGreaterThan(had + 100);
      expect((looked.count - then) * LOOK_MS).toBeLessThan((10_000 * COSTLY_PERCENT) / 100 + COSTLY_MS / 2);
    }
  );

  it('[PER8] what waited is the same document in the end, and what leaned on it comes with it', () => {
    countLooks();
    const desk = new Desk();
    const plain = new Intake(new Y.Doc(), GENESIS);
    desk.fill(2000);
    const filler = new Desk();
    filler.fill(2000);
    Y.applyUpdate(plain.doc, Y.encodeStateAsUpdate(filler.intake.doc));
    const marked = changeOf(
      77,
      craft(77, 2048, [{ left: { client: 77, clock: 2047 } }], [[5, [0, 10], [20, 5]]])
    );
    const leaning = changeOf(8, craft(8, 0, [{ left: { client: 77, clock: 2000 } }]));
    const said = [crafted(77, 0), crafted(77, 1024), marked];
    said.forEach(change => desk.intake.take('eve', change));
    expect(desk.intake.take('ada', leaning).kind).toBe('waiting');
    [...said, leaning].forEach(({ bytes }) => Y.applyUpdate(plain.doc, bytes));
    for (let at = 0; at < 3000 && desk.intake.waiting.count > 0; at += 1) {
      desk.clock.advance(100);
      desk.intake.resume();
    }
    expect(desk.intake.waiting.count).toBe(0);
    expect(desk.words).toBe(
      (plain.doc.getMap<Y.Map<Y.Text>>('cells').get('g0')!.get('source') as Y.Text).toJSON()
    );
    expect(Y.encodeStateAsUpdate(desk.intake.doc)).toEqual(Y.encodeStateAsUpdate(plain.doc));
    expect(Y.getState(desk.intake.doc.store, 8)).toBe(1);
  });

  it('[PER8] what waits is bounded, and one’s own never does', () => {
    countLooks();
    const desk = new Desk();
    desk.fill(4000);
    desk.intake.take('eve', crafted(77, 0));
    const kinds = new Set<string>();
    for (let at = 0; at < 5000; at += 1) {
      kinds.add(desk.intake.take('eve', changeOf(77, craft(77, 0, [], [[5, [at % 4000, 1]]]))).kind);
    }
    expect(kinds).toEqual(new Set(['ready', 'full']));
    expect(desk.intake.waiting.count).toBeLessThanOrEqual(4097);
    expect(desk.intake.take('own', crafted(9, 0)).kind).toBe('ready');
    expect(Y.getState(desk.intake.doc.store, 9)).toBe(1024);
  });

  it('[PER8] ten who type 2,000 keys each at one place, pastes and undo storms never wait', () => {
    countLooks();
    const chance = new Chance(3);
    const desk = new Desk();
    const written: [string, ICheckedChange][] = [];
    const docs = Array.from({ length: 10 }, (_, at) => {
      const doc = new Y.Doc();
      doc.clientID = 100 + at;
      Y.applyUpdate(doc, GENESIS, 'others');
      const text = doc.getMap<Y.Map<Y.Text>>('cells').get('g0')!.get('source') as Y.Text;
      const undo = new Y.UndoManager(text, { captureTimeout: 0 });
      doc.on('update', (bytes: Uint8Array, origin: unknown) => {
        if (origin !== 'others') {
          written.push([`p${at}`, changeOf(doc.clientID, bytes)]);
        }
      });
      return { doc, text, undo, heard: 0, own: `p${at}`, at: 0 };
    });
    for (let key = 0; key < 20_000; key += 1) {
      const page = chance.pick(docs);
      if (chance.is(0.02)) {
        // They hear of each other now and then only.
        const news = written.slice(page.heard).filter(([of]) => of !== page.own);
        page.heard = written.length;
        Y.transact(
          page.doc,
          () => news.forEach(([, { bytes }]) => Y.applyUpdate(page.doc, bytes, 'others')),
          'others'
        );
      }
      page.at = Math.min(page.at, page.text.length);
      if (chance.is(0.0005)) {
        page.text.insert(page.at, 'x'.repeat(100_000));
      } else if (chance.is(0.1)) {
        page.undo.undo();
      } else if (chance.is(0.05)) {
        page.undo.redo();
      } else if (chance.is(0.1) && page.at > 0) {
        page.text.delete(page.at - 1, 1);
      } else {
        page.text.insert(page.at, 'k');
        page.at += chance.is(0.9) ? 1 : 0;
      }
    }
    expect(written.length).toBeGreaterThan(15_000);
    for (const [who, change] of written) {
      expect(desk.intake.take(who, change).kind).not.toBe('full');
    }
    expect([desk.intake.waiting.isSlow, desk.intake.waiting.count, desk.named]).toEqual([false, 0, []]);
    // Also for who comes late, and hears all that one wrote before what the next did.
    const late = new Desk();
    const byPerson = [...written].sort(([a], [b]) => a.localeCompare(b));
    byPerson.forEach(([who, change]) => late.intake.take(who, change));
    expect([late.intake.waiting.isSlow, late.named]).toEqual([false, []]);
  });

  it('[PER8] 10,000 edits at random, by whoever heard what of the others, never wait', () => {
    countLooks();
    for (let seed = 1; seed <= 5; seed += 1) {
      const chance = new Chance(seed);
      const desk = new Desk();
      const docs = Array.from({ length: 4 }, (_, at) => {
        const doc = new Y.Doc();
        doc.clientID = 100 + at;
        Y.applyUpdate(doc, GENESIS, 'others');
        const undo = new Y.UndoManager(doc.getMap('cells'), { captureTimeout: 0 });
        doc.on('update', (bytes: Uint8Array, origin: unknown) => {
          if (origin !== 'others') {
            desk.intake.take(`p${at}`, changeOf(doc.clientID, bytes));
          }
        });
        return { doc, undo, cells: doc.getMap<Y.Map<unknown>>('cells') };
      });
      for (let edit = 0; edit < 2000; edit += 1) {
        const { doc, undo, cells } = chance.pick(docs);
        const text = cells.get(chance.pick(['g0', 'g1', 'g3']))!.get('source') as Y.Text;
        if (chance.is(0.05)) {
          const other = chance.pick(docs).doc;
          Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)), 'others');
        } else if (chance.is(0.1)) {
          undo[chance.pick(['undo', 'redo'] as const)]();
        } else if (chance.is(0.1)) {
          cells.get('g1')!.set('pos', `${edit}`);
        } else if (chance.is(0.3)) {
          text.delete(0, Math.min(text.length, chance.below(4)));
        } else {
          text.insert(chance.is(0.3) ? 0 : chance.below(text.length + 1), `${edit}`);
        }
      }
      expect([desk.intake.refused.size, desk.intake.waiting.isSlow, desk.named]).toEqual([0, false, []]);
    }
  });
});
