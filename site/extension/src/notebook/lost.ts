/** What one wrote and does not count any more: written again by oneself, on this page or on the next one. */
import type { ILost } from '../core/permissions/lost';
import type { MapNotebook } from './model';

/** Letters that are kept to be offered again: more than anybody types while a page is cut off. */
const MOST_KEPT = 200_000;
/** What is shorter is in many a cell by chance: it stands there again where it is a line of its own. */
const SHORT = 12;

/**
 * Whether what was lost is kept on this device.
 *
 * @param fault why it was refused here; null where the class took it, and it does not count any more
 * @param needsReload whether the class takes nothing more from this page
 */
export function isKeptAfter(fault: string | null, needsReload: boolean): boolean {
  // Who may not write now may do so again. What a page wrote that fits nowhere would not fit on the next one.
  return fault === null || fault === 'role' || needsReload;
}

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

/** Kept on this device until it stands there again or is not needed: who loads the page anew is offered it again. */
export class KeptLost {
  constructor(private readonly notes: ILostNotes) {}

  private doing: Promise<unknown> = Promise.resolve();

  /**
   * What is known already is kept once.
   *
   * @returns whether there is room for all of it; what there is none for is in the notice alone
   * @throws StorageError when nothing can be kept
   */
  add(lost: readonly ILost[]): Promise<boolean> {
    return this.then(async () => {
      const before = await this.read();
      const added = lost.filter(
        each => each.text.trim() !== '' && !before.some(known => isSame(known, each))
      );
      const all = [...before, ...added];
      let room = MOST_KEPT;
      // The latest first: what is the oldest has been offered most often. What is too long takes nobody's room.
      const kept = [...all].reverse().filter(({ text }) => {
        const fits = text.length <= room;
        room -= fits ? text.length : 0;
        return fits;
      });
      await this.notes.write(JSON.stringify(kept.reverse()));
      return kept.length === all.length;
    });
  }

  /** What of it does not stand in the notebook again. What does is not kept any more, so that it may be changed there. */
  missing(notebook: Pick<MapNotebook, 'cells'>): Promise<readonly ILost[]> {
    return this.then(async () => {
      const sources = new Map(notebook.cells.map(cell => [cell.id, cell.getSource()]));
      const lost = await this.read();
      const missing = lost.filter(({ cell, text }) => !stands(text, sources.get(cell) ?? ''));
      if (missing.length < lost.length) {
        // Where it cannot be written it is looked at again.
        await this.notes.write(JSON.stringify(missing)).catch(() => undefined);
      }
      return missing;
    });
  }

  /** These pieces alone; others may still be waiting for an answer. */
  forget(pieces: readonly ILost[]): Promise<void> {
    return this.then(async () => {
      const left = (await this.read()).filter(each => !pieces.some(piece => isSame(piece, each)));
      await this.notes.write(JSON.stringify(left));
    });
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

function stands(text: string, source: string): boolean {
  const words = text.trim();
  return words.length < SHORT
    ? source.split('\n').some(line => line.trim() === words)
    : source.includes(text);
}

export function isSame(one: ILost, other: ILost): boolean {
  return one.cell === other.cell && one.text === other.text;
}

function isLost(value: unknown): value is ILost {
  const { cell, text } = (value ?? {}) as Record<string, unknown>;
  return typeof cell === 'string' && typeof text === 'string';
}
