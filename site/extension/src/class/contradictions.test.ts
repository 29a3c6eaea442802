import { describe, expect, it } from 'vitest';
import { toHex } from '../core/tagged';
import { sessionText } from '../core/session';
import { MemoryVault } from '../storage/vault';
import { Contradictions, type IContradiction } from './contradictions';
import { handOver } from './owning';
import { KeptClasses } from './kept';
import { nameInClass } from './seeds';

const CLASS = new Uint8Array(16).fill(7);
const session = (at: number) => sessionText(new Uint8Array(16).fill(at));

function known(kept: readonly IContradiction[] = []) {
  const decided = new Set<string>();
  const keeps: IContradiction[] = [];
  const names = new Map([['ben', 'Ben']]);
  const all = new Contradictions(
    {
      nameOf: participant => names.get(participant),
      isDecided: each => decided.has(each.session),
      keep: each => void keeps.push(each)
    },
    kept
  );
  return { all, decided, keeps, names };
}

describe('of whom it is proven that they said two things', () => {
  it('is known until somebody decides, and kept once, with the name', () => {
    const { all, decided, keeps } = known();
    all.add('doc', session(1), 'ben');
    all.add('doc', session(1), 'ben');
    all.add('other', session(2), 'ben');
    expect([...all.open]).toEqual([['ben', 'Ben']]);
    expect(keeps).toEqual([
      { participant: 'ben', name: 'Ben', document: 'doc', session: session(1), isDecided: false }
    ]);
    decided.add(session(1));
    all.review();
    all.review();
    expect([...all.open]).toEqual([]);
    expect(keeps.map(({ isDecided }) => isDecided)).toEqual([false, true]);
    expect(all.nameOf('ben')).toBe('Ben');
    // Let back in, of that nothing is said again; of another time it is.
    decided.clear();
    all.review();
    all.add('doc', session(1), 'ben');
    expect([...all.open]).toEqual([]);
    all.add('doc', session(3), 'ben');
    expect([...all.open.keys()]).toEqual(['ben']);
    expect(keeps).toHaveLength(3);
  });

  it('is bounded: whoever makes themselves keys by the hundred fills no device', () => {
    const { all, keeps } = known();
    for (let at = 0; at < 1000; at += 1) {
      all.add('doc', session(1), `key ${at}`);
    }
    expect(keeps).toHaveLength(200);
  });

  it('comes back after a reload, also under the name that is given later; what is damaged is left out', async () => {
    const vault = new MemoryVault();
    const [before, after] = [new KeptClasses(vault, 'unnamed'), new KeptClasses(vault, 'ada')];
    const contradiction = {
      participant: 'ben',
      name: 'Čeněk',
      document: 'doc',
      session: session(9),
      isDecided: false
    };
    await before.contradicted(CLASS, contradiction);
    expect(await before.contradictions(CLASS)).toEqual([contradiction]);
    expect(await before.contradictions(new Uint8Array(16))).toEqual([]);
    expect(await after.contradictions(CLASS)).toEqual([]);
    await vault.put(nameInClass('unnamed', CLASS), new Uint8Array(64).fill(3));
    await handOver(vault, { id: CLASS }, 'unnamed', 'ada');
    expect(await after.contradictions(CLASS)).toEqual([contradiction]);
    const [name] = await vault.names(`contradiction ${toHex(CLASS)} ada`);
    const bytes = (await vault.get(name!))!;
    for (const wrong of [bytes.subarray(0, -1), Uint8Array.of(...bytes, 0), new Uint8Array(0)]) {
      await vault.put(name!, wrong);
      expect(await after.contradictions(CLASS)).toEqual([]);
    }
    expect([...known(await before.contradictions(CLASS)).all.open]).toEqual([['ben', 'Čeněk']]);
  });
});
