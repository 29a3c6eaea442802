/** What one wrote and does not count any more: written again by oneself, on this page or on the next one. */
import type { ILost } from '../core/permissions/lost';
import type { MapNotebook } from './model';

/** Letters that are kept to be offered again: more than anybody types while a page is cut off. */
const MOST_KEPT = 200_000;

/** Each piece at the end of the cell it stood in; in a new cell where that one is gone. */
export function putBack(notebook: MapNotebook, lost: readonly ILost[]): void {
  notebook.transact(() => {
    for (const { cell, text } of lost) {
      const known = notebook.cells.find(each => each.id === cell);
      if (known) {
        const before = known.getSource();
        known.setSource(before === '' || before.endsWith('\n') ? before + text : `${before}\n${text}`);
      } else {
        notebook.addCell({ cell_type: 'code', source: text, metadata: {} });
      }
    }
  });
}

export interface ILostNotes {
  /** What this device remembers, or null. */
  read(): Promise<string | null>;
  write(value: string): Promise<void>;
}

/** Kept on this device until it is put back, or not wanted any more: who loads the page anew is offered it again. */
export class KeptLost {
  constructor(private readonly notes: ILostNotes) {}

  private doing: Promise<unknown> = Promise.resolve();

  /** What is known already is kept once. Where there is no room it is in the notice alone. */
  add(lost: readonly ILost[]): Promise<void> {
    return this.then(async () => {
      const before = await this.read();
      const all = [...before, ...lost.filter(each => !before.some(known => isSame(known, each)))];
      let room = MOST_KEPT;
      // The latest first: what is the oldest has been offered most often.
      const kept = [...all].reverse().filter(({ text }) => (room -= text.length) >= 0);
      await this.notes.write(JSON.stringify(kept.reverse()));
    });
  }

  /** What of it does not stand in the notebook again. */
  missing(notebook: Pick<MapNotebook, 'cells'>): Promise<readonly ILost[]> {
    return this.then(async () => {
      const sources = new Map(notebook.cells.map(cell => [cell.id, cell.getSource()]));
      const lost = await this.read();
      return lost.filter(({ cell, text }) => !sources.get(cell)?.includes(text));
    });
  }

  forget(): Promise<void> {
    return this.then(() => this.notes.write('[]'));
  }

  private async read(): Promise<ILost[]> {
    try {
      const kept: unknown = JSON.parse((await this.notes.read()) ?? '[]');
      return Array.isArray(kept) ? kept.filter(isLost) : [];
    } catch {
      return [];
    }
  }

  /** One after the other. */
  private then<Value>(act: () => Promise<Value>): Promise<Value> {
    const done = this.doing.then(act);
    this.doing = done.catch(error => console.warn('What was lost could not be kept:', error));
    return done;
  }
}

function isSame(one: ILost, other: ILost): boolean {
  return one.cell === other.cell && one.text === other.text;
}

function isLost(value: unknown): value is ILost {
  const { cell, text } = (value ?? {}) as Record<string, unknown>;
  return typeof cell === 'string' && typeof text === 'string';
}
