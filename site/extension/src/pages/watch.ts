/** What the teacher's page shows of the class while it goes on: a member of it like every other page. */
import type { IMembership } from '../class/membership';
import type { Clock } from '../core/clock';
import { Announcer } from './announcer';
import { sayConnection } from './connection';
import { find } from './elements';
import type { Invite } from './invite';
import { Roster } from './roster';
import { wordsOf } from './words';

/** What is needed of a membership. */
export type Watched = Pick<IMembership, 'people' | 'summary' | 'changed'>;

export class Watch {
  constructor(
    private readonly membership: Watched,
    private readonly invite: Invite,
    clock: Clock,
    steps: ReadonlyMap<string, string>
  ) {
    find('class-here', HTMLElement).hidden = false;
    this.roster = new Roster({
      list: find('class-people', HTMLElement),
      sort: find('class-sort', HTMLElement),
      steps,
      time: since => new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    });
    const announced = find('class-announce', HTMLElement);
    this.announcer = new Announcer(clock, count => (announced.textContent = this.counted(count)));
    membership.changed.add(() => this.show());
    this.show();
  }

  private show(): void {
    const { people, summary } = this.membership;
    const others = people.filter(person => person.isHere && !person.isMe);
    sayConnection(find('class-connection', HTMLElement), summary, others.length);
    const words = this.counted(others.length);
    this.count.textContent = words;
    this.announcer.tell(others.length);
    const ordered = this.roster.show(people);
    this.invite.arrive(
      ordered.filter(person => !person.isMe).map(person => person.name),
      words
    );
  }

  private counted(count: number): string {
    return wordsOf(this.count, count === 0 ? 'none' : count === 1 ? 'one' : 'many', { n: count });
  }

  private readonly count = find('class-count', HTMLElement);
  private readonly roster: Roster;
  private readonly announcer: Announcer;
}
