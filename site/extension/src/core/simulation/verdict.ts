/** What must be so when a lesson has become quiet: everybody has the same, nothing is lost, and nothing grew without end. */
import { cellsOf, isCell, textOf } from '../document/cells';
import { exportCells } from '../document/export';
import { normalNotebook } from '../document/normal';
import { WAITING_BYTES, WAITING_PIECES } from '../log/waiting';
import { HELD_BYTES } from '../sync/intake';
import { toHex } from '../tagged';
import { EVIL } from './forger';
import type { ICourse, Pupil } from './pupil';

/** What each thing that happens may cost, in messages for each person who hears of it, and each second for each of them. */
const [DEED_MESSAGES, SECOND_MESSAGES] = [60, 10];

/** What of a lesson decides what must be so. */
export interface IChecked {
  readonly people: number;
  /** Something may lean on what died with a page, or was cut off. */
  readonly hasLosses: boolean;
  readonly torn: ReadonlySet<string>;
  /** Who may have written in the lecture, besides those who own the class. */
  readonly taught: ReadonlySet<string>;
}

export class Verdict {
  constructor(private readonly course: ICourse) {}

  /** `torn`: teams of which not everybody has the same. */
  isEqual(pupils: readonly Pupil[], torn: ReadonlySet<string>): boolean {
    return this.differing(pupils, torn) === null;
  }

  /** In what not all have the same, and who has something else than the first; null: all is the same. */
  private differing(pupils: readonly Pupil[], torn: ReadonlySet<string>): string | null {
    const { team, lecture } = this.course;
    const teams = [...(pupils[0]?.society.roles?.teams.keys() ?? [])].filter(id => !torn.has(id));
    const readersOf = (id: string): readonly Pupil[] =>
      pupils.filter(({ society, participant }) => society.roles?.readsTeam(participant, id));
    const compared: readonly (readonly [
      what: string,
      who: readonly Pupil[],
      read: (pupil: Pupil) => string
    ])[] = [
      ['what was stated', pupils, ({ society }) => toHex(society.summary ?? new Uint8Array(0))],
      ['the notebook', pupils, pupil => this.read(pupil, team)],
      ['the lecture', pupils, pupil => this.read(pupil, lecture)],
      ...teams.map(id => {
        const document = team.replace(/[^.]*$/, id);
        return [`team ${id}`, readersOf(id), (pupil: Pupil) => this.read(pupil, document)] as const;
      })
    ];
    for (const [what, who, read] of compared) {
      const [first, ...others] = who.map(pupil => ({ name: pupil.name, says: read(pupil) }));
      const different = others.filter(({ says }) => says !== first!.says).map(({ name }) => name);
      if (different.length > 0) {
        return `not everybody has the same of ${what}: ${different.join(' ')}, and ${first!.name}`;
      }
    }
    return null;
  }

  /** @throws Error for what is not as it must be. */
  check(pupils: readonly Pupil[], than: IChecked): void {
    const differing = this.differing(pupils, than.torn);
    demand(differing === null, differing ?? '');
    for (const pupil of pupils) {
      demand(!pupil.allText.includes(EVIL), `${pupil.name} has what was forged`);
      const said = [...pupil.lectureDeeds.allText().matchAll(/<(p\d+)/g)].map(([, who]) => who!);
      demand(
        said.every(who => than.taught.has(who)),
        `${pupil.name} has an attendee's words in the lecture`
      );
      this.checkNotebooks(pupil);
      this.checkMemory(pupil, than);
    }
  }

  /** Of demanded words those that are not there. */
  lost(pupil: Pupil, words: Iterable<string>): string[] {
    const text = pupil.allText;
    return [...words].filter(word => !text.includes(word));
  }

  /** Messages are bounded by what happened, and by how long it took. */
  checkWork(messages: number, deeds: number, people: number, ms: number): void {
    const most = people * (people - 1) * (deeds * DEED_MESSAGES + (ms / 1000) * SECOND_MESSAGES);
    demand(messages <= most, `${messages} messages, at most ${Math.round(most)} were to be`);
  }

  private read(pupil: Pupil, document: string): string {
    const doc = pupil.deedsIn(document)?.doc;
    const cells = doc ? JSON.stringify(exportCells(doc)) : `${pupil.name} has not opened it`;
    return `${toHex(pupil.engine.replica(document)?.reaches.digest ?? new Uint8Array(0))} ${cells}`;
  }

  private checkNotebooks({ open }: Pupil): void {
    for (const {
      deeds: { doc }
    } of open) {
      cellsOf(doc).forEach((cell, id) =>
        demand(isCell(id, cell) && textOf(cell) !== null, `${id} is no cell`)
      );
      const cells = exportCells(doc);
      demand(new Set(cells.map(({ id }) => id)).size === cells.length, 'a cell is doubled');
      const { notebook, repair } = normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
      const isSame = notebook.cells.every(
        ({ id, cell_type, source }, index) =>
          id === cells[index]!.id && cell_type === cells[index]!.cell_type && source === cells[index]!.source
      );
      demand(repair.ids === 0 && isSame, 'it is no notebook');
    }
  }

  private checkMemory({ engine, name, open }: Pupil, { people, hasLosses }: IChecked): void {
    for (const { document } of open) {
      const replica = engine.replica(document)!;
      demand(replica.log.waiting <= WAITING_PIECES * people, 'too much waits');
      const bytes = replica.log.sessions.map(session => replica.log.waitingBytes(session));
      demand(
        bytes.every(each => each <= WAITING_BYTES),
        'too many bytes wait'
      );
      demand(!replica.isWaiting || hasLosses, `${name} waits for what is not there`);
    }
    demand(engine.intake.heldBytes <= HELD_BYTES, 'too much is held back');
  }
}

export function demand(condition: boolean, words: string): void {
  if (!condition) {
    throw new Error(words);
  }
}
