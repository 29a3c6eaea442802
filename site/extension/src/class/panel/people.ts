/** The list of people: one line each, calm with two and with two hundred. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { personColour } from '../colours';
import type { IParticipant } from '../membership';
import { type Acting, PersonActs } from '../teaching/person';
import { Removed } from '../teaching/removed';
import { givenInWords, roleInWords, twoThingsInWords, undecided } from '../teaching/words';
import { costlyInWords, initialsOf, sinceInWords, type StepOf, whereInWords } from '../words';
import { make, makeButton, setText } from './dom';
import { arrange, matches, MOST_SHOWN, shownOf } from './order';

/** Fewer than this are found by looking. */
const FILTER_FROM = 12;

export interface IScene {
  readonly people: readonly IParticipant[];
  /** Path of the notebook that this page shows. */
  readonly path: string;
  readonly stepOf: StepOf;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Null for whoever does not teach. */
  readonly teaching: Acting | null;
  /** Participants of whom a page said two things at once. */
  readonly contradicting?: ReadonlySet<string>;
}

interface IRow {
  readonly node: HTMLLIElement;
  readonly mark: HTMLElement;
  readonly name: HTMLElement;
  readonly note: HTMLElement;
  readonly role: HTMLElement;
  readonly acts: PersonActs;
  readonly where: HTMLElement;
  readonly doubt: HTMLElement;
}

export class PeopleList {
  /** @param say to who listens instead of looking; @param visit to somebody's own page */
  constructor(
    private readonly trans: TranslationBundle,
    private readonly language?: string,
    private readonly say: (words: string) => void = () => undefined,
    private readonly visit?: (participant: string) => void
  ) {
    this.removed = new Removed(trans, name => say(givenInWords(name, 'attendee', trans)));
    this.heading.id = 'pb-class-people';
    this.list.setAttribute('aria-labelledby', this.heading.id);
    // Focusable by script, so that focus has a place when "show all" goes away.
    this.list.tabIndex = -1;
    this.filter.type = 'search';
    this.filter.placeholder = trans.__('Find somebody');
    this.filter.setAttribute('aria-label', trans.__('Find somebody'));
    this.filter.addEventListener('input', () => this.draw(true));
    this.list.addEventListener('pointerenter', () => this.holds.add('pointer'));
    this.list.addEventListener('pointerleave', () => this.release('pointer'));
    this.list.addEventListener('pointercancel', () => this.release('pointer'));
    this.more.addEventListener('click', () => {
      this.all = !this.all;
      this.draw(true);
    });
    this.gone.append(this.goneWords, this.goneNames);
    this.node.append(
      this.heading,
      this.filter,
      this.list,
      this.nobody,
      this.more,
      this.gone,
      this.removed.node
    );
  }

  readonly node = make('section', 'pb-Class-section pb-People');
  private readonly heading = make('h3');
  private readonly filter = make('input', 'pb-People-filter');
  private readonly list = make('ul', 'pb-People-list');
  private readonly nobody = make('p', 'pb-Class-quiet');
  private readonly more = makeButton('', () => undefined, 'pb-Class-link');
  private readonly gone = make('details', 'pb-People-gone');
  private readonly goneWords = make('summary');
  private readonly goneNames = make('p', 'pb-Class-quiet');
  private readonly removed: Removed;
  private readonly rows = new Map<string, IRow>();
  private order: readonly string[] = [];
  private scene: IScene | null = null;
  /** By what the list is held: nobody moves meanwhile. */
  private readonly holds = new Set<'pointer' | 'menu'>();
  private all = false;

  show(scene: IScene): void {
    this.scene = scene;
    this.draw(false);
  }

  private release(by: 'pointer' | 'menu'): void {
    this.holds.delete(by);
    this.draw(this.holds.size === 0);
  }

  /** @param anew whether everybody may change their place: somebody asked for another list, or let go of it */
  private draw(anew: boolean): void {
    const { scene, trans } = this;
    if (!scene) {
      return;
    }
    const members = scene.people.filter(person => person.role !== 'removed' || person.isMe);
    const people = new Map(members.map(person => [person.participant, person]));
    this.order = arrange(this.order, members, this.holds.size > 0 && !anew);
    const here = this.order.map(id => people.get(id)!);
    const count = here.filter(person => person.isHere || person.isMe).length;
    setText(this.heading, trans.__('People (%1)', count));
    const typed = this.filter.value;
    this.filter.hidden = count < FILTER_FROM && typed === '';
    const found = this.filter.hidden ? here : here.filter(person => matches(person.name, typed));
    const shown = found.slice(0, shownOf(found.length, this.all));
    this.place(shown, scene);
    this.nobody.hidden = found.length > 0;
    setText(this.nobody, found.length > 0 ? '' : trans.__('Nobody here has that name.'));
    this.offerMore(found.length, shown.length);
    this.showGone(members.filter(person => !person.isHere && !person.isMe));
    this.removed.show(scene.people, scene.teaching);
  }

  private offerMore(found: number, shown: number): void {
    const { trans, more } = this;
    const isFolded = shown < found;
    const hidden = !isFolded && !(this.all && found > MOST_SHOWN);
    if (hidden && document.activeElement === more) {
      this.list.focus({ preventScroll: true });
    }
    more.hidden = hidden;
    setText(more, isFolded ? trans.__('and %1 more - show all', found - shown) : trans.__('Show fewer'));
  }

  private showGone(gone: readonly IParticipant[]): void {
    this.gone.hidden = gone.length === 0;
    setText(this.goneWords, this.trans.__('Were here (%1)', gone.length));
    const names = gone.slice(0, MOST_SHOWN).map(person => person.name);
    setText(this.goneNames, [...names, ...(gone.length > names.length ? ['...'] : [])].join(', '));
  }

  /** Rows are kept and moved, never made anew: what one points at stays the same element. */
  private place(shown: readonly IParticipant[], scene: IScene): void {
    const wanted = new Set(shown.map(person => person.participant));
    for (const [id, row] of this.rows) {
      if (!wanted.has(id)) {
        row.node.remove();
        this.rows.delete(id);
      }
    }
    let before: ChildNode | null = this.list.firstChild;
    for (const person of shown) {
      const row = this.rows.get(person.participant) ?? this.makeRow();
      this.rows.set(person.participant, row);
      this.fill(row, person, scene);
      if (row.node === before) {
        before = before.nextSibling;
      } else {
        this.list.insertBefore(row.node, before);
      }
    }
  }

  private makeRow(): IRow {
    const row: IRow = {
      node: make('li', 'pb-Person'),
      mark: make('span', 'pb-Person-mark'),
      name: make('bdi', 'pb-Person-name'),
      note: make('span', 'pb-Person-note'),
      role: make('span', 'pb-Person-role'),
      where: make('span', 'pb-Person-where'),
      doubt: make('span', 'pb-Person-doubt'),
      acts: new PersonActs({
        trans: this.trans,
        say: this.say,
        ...(this.visit ? { visit: this.visit } : {}),
        held: isHeld => (isHeld ? void this.holds.add('menu') : this.release('menu'))
      })
    };
    row.mark.setAttribute('aria-hidden', 'true');
    const words = make('span', 'pb-Person-words');
    const first = make('span', 'pb-Person-first');
    first.append(row.name, row.note, row.role);
    words.append(first, row.where, row.doubt);
    row.node.append(row.mark, words, row.acts.button);
    return row;
  }

  private fill(row: IRow, person: IParticipant, scene: IScene): void {
    const { trans } = this;
    const { path, stepOf, now, teaching, contradicting } = scene;
    const isHere = person.isHere || person.isMe;
    row.node.classList.toggle('pb-mod-gone', !isHere);
    row.mark.style.setProperty('--pb-person', personColour(person.colour));
    row.mark.dataset.colour = String(person.colour);
    if (row.name.textContent !== person.name) {
      row.mark.textContent = initialsOf(person.name);
      row.name.textContent = row.name.title = person.name;
    }
    setText(row.note, person.isMe ? ` ${trans.__('(you)')}` : '');
    const role = roleInWords(person.role, trans);
    setText(row.role, role === '' ? '' : ` ${role}`);
    row.role.hidden = role === '';
    row.role.dataset.role = person.role;
    row.acts.show(person, teaching);
    const where = isHere
      ? `${whereInWords(person, path, stepOf, trans)}, ${sinceInWords(person.since, now, this.language, trans)}`
      : trans.__('has left');
    setText(row.where, person.isCostly ? `${where}. ${costlyInWords(trans)}` : where);
    const isUndecided = undecided([person], contradicting ?? new Set(), teaching).length > 0;
    row.doubt.hidden = !isUndecided;
    setText(row.doubt, isUndecided ? twoThingsInWords(trans) : '');
  }
}
