/** What a notebook's widgets know: only what the model's signals told them. */
import type { CellChange, NotebookChange } from '@jupyter/ydoc';
import type { PeerCell } from '../cells';
import type { MapNotebook } from '../model';

interface IReflection {
  readonly cell: PeerCell;
  text: string;
}

export class Mirror {
  constructor(private readonly notebook: MapNotebook) {
    this.shown = this.cells().map(cell => this.reflect(cell));
    notebook.changed.connect((_, change) => this.follow(change));
  }

  private shown: IReflection[];

  /** @throws Error when the widgets would show something else than the model has. */
  check(): void {
    const cells = this.cells();
    demand(cells.length === this.shown.length, 'the events told of more or fewer cells than there are');
    this.shown.forEach(({ cell, text }, index) => {
      demand(cell === cells[index], 'the events told of other cells than there are');
      demand(!cell.isDisposed, 'a cell that is shown was thrown away');
      demand(text === cell.getSource(), `the events told of another text: ${text}, not ${cell.getSource()}`);
    });
    const ids = cells.map(cell => cell.id);
    demand(new Set(ids).size === ids.length, 'a cell is doubled');
  }

  private cells(): PeerCell[] {
    return this.notebook.cells as unknown as PeerCell[];
  }

  private reflect(cell: PeerCell): IReflection {
    const reflection = { cell, text: cell.getSource() };
    cell.changed.connect((_, change: CellChange) => {
      if (change.sourceChange) {
        reflection.text = replay(reflection.text, change.sourceChange);
      }
    });
    return reflection;
  }

  private follow(change: NotebookChange): void {
    let at = 0;
    for (const step of change.cellsChange ?? []) {
      if (step.insert !== undefined) {
        const cells = step.insert as unknown as PeerCell[];
        this.shown.splice(at, 0, ...cells.map(cell => this.reflect(cell)));
        at += cells.length;
      } else if (step.delete !== undefined) {
        this.shown.splice(at, step.delete);
      } else {
        at += step.retain!;
      }
    }
  }
}

function replay(text: string, delta: NonNullable<CellChange['sourceChange']>): string {
  let [at, result] = [0, text];
  for (const step of delta) {
    if (step.insert !== undefined) {
      result = result.slice(0, at) + step.insert + result.slice(at);
      at += step.insert.length;
    } else if (step.delete !== undefined) {
      result = result.slice(0, at) + result.slice(at + step.delete);
    } else {
      at += step.retain ?? 0;
    }
  }
  return result;
}

/** `expect` costs too much for what is asked some hundred thousand times. */
export function demand(condition: boolean, words: string): void {
  if (!condition) {
    throw new Error(words);
  }
}
