import { describe, expect, it } from 'vitest';
import { Identities, type INotes } from './identity';

function notes(): INotes & { text: string | null } {
  return {
    text: null,
    getItem() {
      return this.text;
    },
    setItem(_: string, text: string) {
      this.text = text;
    }
  };
}

let drawn = 0;
const fill = (bytes: Uint8Array): unknown => bytes.fill((drawn += 1));
const refusing: INotes = {
  getItem: () => {
    throw new Error('refused');
  },
  setItem: () => {
    throw new Error('refused');
  }
};

describe('identities', () => {
  it('[CLS3] a name is remembered, and the same name is the same participant', () => {
    const kept = notes();
    const ada = new Identities('/', kept, fill).take(' Ada  L. ')!;
    expect(ada.name).toBe('Ada L.');
    const later = new Identities('/', kept, fill);
    expect(later.last).toEqual(ada);
    const ben = later.take('Ben')!;
    expect(ben.participant).not.toBe(ada.participant);
    expect(later.all).toEqual([ben, ada]);
    expect(later.take('Ada L.')).toEqual(ada);
  });

  it('[CLS3] a new name for oneself keeps the participant', () => {
    const identities = new Identities('/', notes(), fill);
    const ada = identities.take('Ada')!;
    expect(identities.rename(ada.participant, 'Ada Lovelace')).toEqual({ ...ada, name: 'Ada Lovelace' });
    expect(identities.all).toHaveLength(1);
    expect(identities.rename(ada.participant, ' \u202e ')).toBeNull();
    expect(identities.last!.name).toBe('Ada Lovelace');
  });

  it('[CLS3] of a name of a thousand characters or with markup a line is left', () => {
    const identities = new Identities('/', notes(), fill);
    expect(identities.take('x'.repeat(1000))!.name).toHaveLength(64);
    expect(identities.take('<b>\n\u202eAda</b>')!.name).toBe('<b> Ada</b>');
    expect(identities.take('\u200b\n\t')).toBeNull();
  });

  it('[CLS3] where nothing is kept a name holds while the page is open', () => {
    for (const kept of [null, refusing]) {
      const identities = new Identities('/', kept, fill);
      expect(identities.last).toBeNull();
      const ada = identities.take('Ada');
      expect(identities.last).toEqual(ada);
    }
  });

  it('[CLS3] what somebody else wrote there is not taken for a name', () => {
    const kept = notes();
    for (const text of ['{', '{}', '[1,null,{"participant":"x","name":"A"}]', '"x"']) {
      kept.text = text;
      expect(new Identities('/', kept, fill).all).toEqual([]);
    }
  });
});
