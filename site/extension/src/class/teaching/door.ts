/** The door of the class, for whoever teaches: who waits at it, whether it is open, and what that means. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Door } from '../../core/class/statement';
import type { ITeaching } from '../membership';
import { make, makeButton, setText } from '../panel/dom';
import { makeDoer, whenStated } from './doing';
import { doorInWords } from './words';

export type AtDoor = Pick<ITeaching, 'door' | 'waiting' | 'setDoor' | 'admit' | 'refuse'>;

export interface IDoorOptions {
  readonly trans: TranslationBundle;
  /** Of the headings: the panel's are below its own. */
  readonly level: 'h2' | 'h3';
  /** Says what was done, to who listens. */
  readonly say: (words: string) => void;
}

interface IWaitingRow {
  readonly node: HTMLLIElement;
  readonly name: HTMLElement;
  readonly letIn: HTMLButtonElement;
}

export class DoorPart {
  constructor(private readonly options: IDoorOptions) {
    const { trans, level } = options;
    this.heading = make(level, 'pb-Door-heading');
    this.heading.id = 'pb-class-door';
    this.heading.tabIndex = -1;
    this.node.setAttribute('aria-labelledby', this.heading.id);
    this.list.setAttribute('aria-labelledby', this.heading.id);
    this.change = makeDoer(
      () => (this.teaching ? doorInWords(this.teaching.door, trans).change : ''),
      () => (this.turningTo === 'open' ? trans.__('Opening the door...') : trans.__('Closing the door...')),
      () => this.turn(),
      'pb-Door-change'
    );
    const row = make('p', 'pb-Door-state');
    row.append(this.state, this.change);
    setText(this.nobody, trans.__('Nobody is at the door.'));
    this.node.append(this.heading, this.list, this.nobody, row, this.meaning);
    this.node.hidden = true;
    setText(this.heading, trans.__('The door'));
  }

  readonly node = make('section', 'pb-Class-section pb-Door');
  private readonly heading: HTMLElement;
  private readonly list = make('ul', 'pb-Door-waiting');
  /** As high as a line, so that the first who knocks moves nothing. */
  private readonly nobody = make('p', 'pb-Door-nobody pb-Class-quiet');
  private readonly state = make('span', 'pb-Door-words');
  private readonly change: HTMLButtonElement;
  private turningTo: Door = 'closed';
  private readonly meaning = make('p', 'pb-Class-quiet');
  private readonly rows = new Map<string, IWaitingRow>();
  private teaching: AtDoor | null = null;

  /** @param teaching null for whoever does not teach: then there is nothing to see */
  show(teaching: AtDoor | null): void {
    this.teaching = teaching;
    this.node.hidden = teaching === null;
    if (!teaching) {
      return;
    }
    const { trans } = this.options;
    const { waiting, door } = teaching;
    const count = waiting.length;
    setText(this.heading, count > 0 ? trans.__('At the door (%1)', count) : trans.__('The door'));
    this.node.classList.toggle('pb-mod-waiting', count > 0);
    const said = doorInWords(door, trans);
    setText(this.state, trans.__('Door: %1', said.state));
    if (!this.change.hasAttribute('aria-disabled')) {
      setText(this.change, said.change);
    }
    setText(this.meaning, said.meaning);
    this.nobody.hidden = door === 'open' || count > 0;
    this.place(teaching);
  }

  /** New ones come at the end: nobody who stands there moves but to close a gap. */
  private place({ waiting }: AtDoor): void {
    const wanted = new Set(waiting.map(({ participant }) => participant));
    for (const [participant, row] of this.rows) {
      if (!wanted.has(participant)) {
        const hadFocus = row.node.contains(document.activeElement);
        const next = row.node.nextElementSibling ?? row.node.previousElementSibling;
        row.node.remove();
        this.rows.delete(participant);
        if (hadFocus) {
          (next?.querySelector('button') ?? this.heading).focus({ preventScroll: true });
        }
      }
    }
    waiting.forEach(({ participant, name }, at) => {
      const row = this.rows.get(participant) ?? this.makeRow(participant);
      this.rows.set(participant, row);
      if (row.name.textContent !== name) {
        const { trans } = this.options;
        setText(row.name, name);
        row.name.title = name;
        row.letIn.setAttribute('aria-label', trans.__('Let in %1', name));
        row.letIn.nextElementSibling!.setAttribute('aria-label', trans.__('Not now: %1', name));
      }
      if (this.list.children[at] !== row.node) {
        this.list.insertBefore(row.node, this.list.children[at] ?? null);
      }
    });
    this.list.hidden = waiting.length === 0;
  }

  private makeRow(participant: string): IWaitingRow {
    const { trans } = this.options;
    const node = make('li', 'pb-Door-one');
    const name = make('bdi', 'pb-Door-name');
    const letIn = makeDoer(
      trans.__('Let in'),
      trans.__('Letting in...'),
      async () => {
        if (this.teaching) {
          await whenStated(this.teaching.admit(participant), trans);
        }
      },
      'pb-mod-first'
    );
    const notNow = makeButton(trans.__('Not now'), () => this.teaching?.refuse(participant));
    const answers = make('span', 'pb-Door-answers');
    answers.append(letIn, notNow);
    node.append(name, answers);
    return { node, name, letIn };
  }

  private async turn(): Promise<void> {
    const { teaching } = this;
    const { trans, say } = this.options;
    if (teaching) {
      const door = teaching.door === 'open' ? 'closed' : 'open';
      this.turningTo = door;
      await whenStated(teaching.setDoor(door), trans, () =>
        say(door === 'open' ? trans.__('The door is open now.') : trans.__('The door is closed now.'))
      );
    }
  }
}
