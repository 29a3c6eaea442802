/** What whoever teaches can do on the teacher's page, or why this device cannot. */
import type { IMembership } from '../class/membership';
import { entranceInWords } from '../class/panel/entrance';
import { ContradictionPart } from '../class/teaching/contradiction';
import { DoorPart } from '../class/teaching/door';
import { Knocks } from '../class/teaching/knocks';
import { Removed } from '../class/teaching/removed';
import { SharingPart } from '../class/teaching/sharing';
import { TeamsPart } from '../class/teaching/teams';
import { givenInWords, undecided, waitingInWords } from '../class/teaching/words';
import type { Clock } from '../core/clock';
import { find, setText } from './elements';
import { english } from './english';
import type { Keeping } from './keeping';
import type { TakeOver } from './takeover';
import { Waiting } from './waiting';
import { wordsOf } from './words';

/** What is needed of a membership. */
export type Powered = Pick<
  IMembership,
  | 'people'
  | 'entrance'
  | 'role'
  | 'wasOwner'
  | 'takingOver'
  | 'takeOverAnyway'
  | 'teaching'
  | 'teams'
  | 'contradicting'
>;

export class Power {
  constructor(
    clock: Clock,
    private readonly keeping: Keeping,
    private readonly takeOver: TakeOver,
    /** The address of a team's page. */
    pageOf: (team: string) => string = () => '',
    random: () => number = Math.random
  ) {
    const say = (words: string): void => this.say(words);
    this.knocks = new Knocks(clock, count => say(waitingInWords(count, english)));
    this.door = new DoorPart({ trans: english, level: 'h2', say });
    this.sharing = new SharingPart(english, 'h2');
    this.teams = new TeamsPart({ trans: english, level: 'h2', random, say, pageOf });
    find('class-teams', HTMLElement).replaceChildren(this.teams.node);
    this.removed = new Removed(english, name => say(givenInWords(name, 'attendee', english)));
    this.contradiction = new ContradictionPart(english, 'h2', name =>
      say(givenInWords(name, 'removed', english))
    );
    find('class-contradiction', HTMLElement).replaceChildren(this.contradiction.node);
    find('class-door', HTMLElement).replaceChildren(this.door.node);
    find('class-removed', HTMLElement).replaceChildren(this.removed.node);
    find('class-sharing', HTMLElement).replaceChildren(this.sharing.node);
  }

  show(powered: Powered): void {
    const { people, entrance, role, wasOwner, takingOver, teaching, teams, contradicting } = powered;
    const isIn = entrance === 'in';
    const waiting = teaching?.waiting ?? [];
    this.contradiction.show(people, contradicting, teaching);
    this.door.show(teaching);
    this.sharing.show(teaching);
    this.removed.show(people, teaching);
    this.teams.show({ people, teams, teaching });
    this.keeping.show(teaching);
    this.knocks.tell(waiting);
    this.waiting.show(takingOver, () => powered.takeOverAnyway());
    this.succeeded.hidden = !wasOwner || takingOver !== null;
    const hasNone = isIn && role !== null && teaching === null && takingOver === null;
    this.without.hidden = !hasNone || wasOwner;
    // Whoever takes the class over, or owned it before, reads that instead.
    const isOutside = !isIn && takingOver === null && !wasOwner;
    this.outside.hidden = !isOutside;
    setText(this.outside, isOutside ? entranceInWords(entrance, english, role) : '');
    // Who owns the class has nothing to take over. Nobody could let in whoever started it: then the file does.
    if (role === 'owner' || takingOver !== null) {
      this.takeOver.hide();
    } else {
      this.takeOver.offer((hasNone && !wasOwner) || entrance === 'refused');
    }
    const { length } = waiting;
    const title =
      undecided(people, contradicting, teaching).length === 0
        ? this.title
        : wordsOf(this.without, 'decide', { title: this.title });
    document.title = length === 0 ? title : wordsOf(this.without, 'title', { n: length, title });
  }

  /** To who listens instead of looking. */
  say(words: string): void {
    setText(this.said, words);
  }

  private readonly title = document.title;
  private readonly without = find('class-without', HTMLElement);
  private readonly succeeded = find('class-succeeded', HTMLElement);
  private readonly waiting = new Waiting();
  private readonly outside = find('class-outside', HTMLElement);
  private readonly said = find('class-acts-said', HTMLElement);
  private readonly contradiction: ContradictionPart;
  private readonly door: DoorPart;
  private readonly sharing: SharingPart;
  private readonly removed: Removed;
  private readonly teams: TeamsPart;
  private readonly knocks: Knocks;
}
