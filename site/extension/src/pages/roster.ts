/** Who is here, a line each, which stays where it is while others come and go. */
import { personColour } from '../class/colours';
import type { IParticipant } from '../class/membership';
import { type Acting, PersonActs } from '../class/teaching/person';
import { roleInWords, twoThingsInWords, undecided } from '../class/teaching/words';
import { Arrivals } from './arrivals';
import { setText } from './elements';
import { english } from './english';
import { wordsOf } from './words';

/** From so many people on a name is looked for, not seen. */
const MANY = 12;

export interface IRosterParts {
  readonly list: HTMLElement;
  /** Puts the lines in the order of names, once: shown when there are many who are in another one. */
  readonly sort: HTMLElement;
  /** Path of a notebook to its title. */
  readonly steps: ReadonlyMap<string, string>;
  /** `since 14:52`, as people here write it. */
  readonly since: (since: number) => string;
  /** To who listens instead of looking. */
  readonly say?: (words: string) => void;
}

export class Roster {
  constructor(private readonly parts: IRosterParts) {
    parts.sort.addEventListener('click', () => {
      this.arrivals.sort();
      this.show(this.people);
    });
  }

  /**
   * Gives them back in the order of the lines. Who was removed has none.
   *
   * @param teaching null for whoever does not teach
   * @param contradicting participants whose pages said two things
   */
  show(
    all: readonly IParticipant[],
    teaching: Acting | null = this.teaching,
    contradicting: ReadonlySet<string> = this.contradicting
  ): readonly IParticipant[] {
    this.teaching = teaching;
    this.contradicting = contradicting;
    const people = all.filter(({ role, isMe }) => role !== 'removed' || isMe);
    this.people = people;
    const ordered = this.arrivals.order(people);
    this.parts.sort.hidden = ordered.length < MANY || ordered.every((person, at) => person === people[at]);
    const lines = ordered.map(person => this.line(person));
    const there = new Set(ordered.map(person => person.participant));
    for (const [participant, line] of this.lines) {
      if (!there.has(participant)) {
        line.remove();
        this.lines.delete(participant);
        this.acts.delete(participant);
      }
    }
    lines.forEach((line, at) => {
      if (this.parts.list.children[at] !== line) {
        this.parts.list.insertBefore(line, this.parts.list.children[at] ?? null);
      }
    });
    return ordered;
  }

  private line(person: IParticipant): HTMLElement {
    const { participant, name, isMe, isHere, since, notebooks, colour, role } = person;
    let line = this.lines.get(participant);
    if (!line) {
      line = document.createElement('li');
      line.append(...['mark', 'name', 'me', 'where', 'since'].map(part => span(part)));
      const acts = new PersonActs({ trans: english, say: words => this.parts.say?.(words) });
      line.append(acts.button);
      this.acts.set(participant, acts);
      this.lines.set(participant, line);
    }
    const { list, steps } = this.parts;
    const where = notebooks.map(path => steps.get(path) ?? path).join(', ');
    const isUndecided = undecided([person], this.contradicting, this.teaching).length > 0;
    line.classList.toggle('away', !isHere);
    line.style.setProperty('--person', personColour(colour));
    const texts: Record<string, string> = {
      name,
      me: [isMe ? wordsOf(list, 'me') : '', roleInWords(role, english)].filter(Boolean).join(', '),
      where: [isHere ? where || wordsOf(list, 'nowhere') : '', isUndecided ? twoThingsInWords(english) : '']
        .filter(Boolean)
        .join('. '),
      since: isHere ? this.parts.since(since) : wordsOf(list, 'left')
    };
    for (const child of line.children) {
      const text = texts[child.className];
      if (text !== undefined) {
        setText(child, text);
      }
    }
    this.acts.get(participant)!.show(person, this.teaching);
    return line;
  }

  private readonly arrivals = new Arrivals();
  private readonly lines = new Map<string, HTMLElement>();
  private readonly acts = new Map<string, PersonActs>();
  private people: readonly IParticipant[] = [];
  private teaching: Acting | null = null;
  private contradicting: ReadonlySet<string> = new Set();
}

function span(part: string): HTMLElement {
  const element = document.createElement('span');
  element.className = part;
  if (part === 'name') {
    element.dir = 'auto';
  }
  if (part === 'mark') {
    element.setAttribute('aria-hidden', 'true');
  }
  return element;
}
