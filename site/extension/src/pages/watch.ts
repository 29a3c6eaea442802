/** What the teacher's page shows of the class while it goes on: a member of it like every other page. */
import type { IMembership } from '../class/membership';
import type { Clock } from '../core/clock';
import { Announcer } from './announcer';
import type { IIdentity } from '../class/identity';
import type { Powered } from './power';
import { outsideInWords } from '../class/panel/entrance';
import { connectionInWords, sinceInWords } from '../class/words';
import { find, setText } from './elements';
import { english } from './english';
import type { Invite } from './invite';
import { Roster } from './roster';
import { troubleInWords } from './trouble';
import { wordsOf } from './words';

/** What is needed of a membership. */
export type Watched = Pick<IMembership, 'me' | 'people' | 'summary' | 'changed' | 'rename' | 'leave'> &
  Powered;

export class Watch {
  constructor(
    private readonly invite: Invite,
    clock: Clock,
    steps: ReadonlyMap<string, string>,
    private readonly join: (identity: IIdentity) => Promise<Watched>,
    private readonly power: { show(powered: Powered): void; say(words: string): void }
  ) {
    find('class-here', HTMLElement).hidden = false;
    this.roster = new Roster({
      list: find('class-people', HTMLElement),
      sort: find('class-sort', HTMLElement),
      steps,
      since: since => sinceInWords(since, Date.now(), navigator.language, english),
      say: words => power.say(words)
    });
    const announced = find('class-announce', HTMLElement);
    this.announcer = new Announcer(clock, count => (announced.textContent = this.counted(count)));
  }

  /** Is in the class as this one from now on. */
  as(identity: IIdentity): void {
    const before = this.identity;
    this.identity = identity;
    if (before?.participant === identity.participant) {
      this.membership?.rename(identity.name);
      return;
    }
    this.membership?.leave();
    this.membership = null;
    void this.join(identity).then(membership => {
      if (this.identity?.participant !== identity.participant) {
        // Somebody else was chosen meanwhile.
        membership.leave();
        return;
      }
      this.membership = membership;
      if (this.identity.name !== identity.name) {
        membership.rename(this.identity.name);
      }
      membership.changed.add(() => {
        if (this.membership === membership) {
          this.show(membership);
        }
      });
      this.show(membership);
    });
  }

  private show(membership: Watched): void {
    const { people, summary, teaching } = membership;
    this.power.show(membership);
    const others = people.filter(person => person.isHere && !person.isMe);
    // Whoever is not in it is not live with those who are.
    const outside = summary.others > 0 ? outsideInWords(membership, english) : null;
    setText(this.connection, (outside ?? connectionInWords(summary, people, english)).text);
    const trouble = troubleInWords(summary, wordsOf(this.trouble, 'unreachable'));
    this.trouble.hidden = trouble === '';
    setText(this.trouble, trouble);
    const words = this.counted(others.length);
    // With others there, how many is said by the connection. Who is not in yet does not know who is there.
    setText(this.count, others.length === 0 && membership.entrance === 'in' ? words : '');
    this.announcer.tell(others.length);
    const ordered = this.roster.show(people, teaching, membership.contradicting);
    this.invite.arrive(
      ordered.filter(person => !person.isMe).map(person => person.name),
      words
    );
  }

  private counted(count: number): string {
    return wordsOf(this.count, count === 0 ? 'none' : count === 1 ? 'one' : 'many', { n: count });
  }

  private readonly connection = find('class-connection', HTMLElement);
  private readonly trouble = find('class-trouble', HTMLElement);
  private membership: Watched | null = null;
  private identity: IIdentity | null = null;
  private readonly count = find('class-count', HTMLElement);
  private readonly roster: Roster;
  private readonly announcer: Announcer;
}
