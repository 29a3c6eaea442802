/** Who is connected to whom in a simulated class: a random overlay that falls apart and mends. */
import type { Channel } from '../connection';
import { type Line, MAX_DEGREE, TARGET_DEGREE } from '../overlay/neighbours';
import type { Chance } from './chance';
import type { Network } from './network';

export interface IMember {
  readonly session: string;
  readonly neighbours: readonly string[];
  readonly engine: { disconnect(peer: string): void };
  connect(line: Line): boolean;
  hear(from: string, channel: Channel, message: Uint8Array): void;
}

export class Crowd<Member extends IMember> {
  constructor(
    private readonly chance: Chance,
    private readonly network: Network
  ) {}

  members: Member[] = [];

  add(member: Member): void {
    this.members.push(member);
    this.introduce(member);
  }

  /** From one moment to the next; the others notice when they are told. */
  remove(member: Member): void {
    this.members = this.members.filter(other => other !== member);
    this.network.remove(member.session);
    member.neighbours.forEach(peer => member.engine.disconnect(peer));
  }

  notice(member: Member): void {
    this.members.forEach(other => other.engine.disconnect(member.session));
    this.mend();
  }

  /** Into two sides. */
  part(): void {
    this.members.forEach(({ session }) => this.network.move(session, this.chance.below(2)));
  }

  heal(): void {
    this.members.forEach(({ session }) => this.network.move(session, 0));
    this.closeDead(true);
  }

  /** What leads to the other side is noticed to be dead. */
  closeDead(all = false): void {
    for (const member of this.members) {
      for (const peer of member.neighbours) {
        const other = this.members.find(each => each.session === peer);
        if (!other || all || !this.network.isReachable(member.session, peer)) {
          member.engine.disconnect(peer);
          other?.engine.disconnect(member.session);
        }
      }
    }
    this.mend();
  }

  mend(): void {
    const wanted = Math.min(TARGET_DEGREE, this.members.length - 1);
    this.members.forEach(member => member.neighbours.length < wanted && this.introduce(member));
  }

  private introduce(member: Member): void {
    const others = this.chance.shuffle(this.members).filter(other => other !== member);
    for (const other of others) {
      if (member.neighbours.length >= TARGET_DEGREE) {
        return;
      }
      this.join(member, other);
    }
    // Everybody is full: step into an edge that exists.
    const isAlone = member.neighbours.length < Math.min(TARGET_DEGREE, others.length);
    for (const other of isAlone ? others : []) {
      const third = this.members.find(each => each.session === other.neighbours[0]);
      if (third && third !== member && member.neighbours.length + 2 <= TARGET_DEGREE) {
        other.engine.disconnect(third.session);
        third.engine.disconnect(other.session);
        this.join(member, other);
        this.join(member, third);
      }
    }
  }

  private join(a: Member, b: Member): void {
    const isFree = a.neighbours.length < MAX_DEGREE && b.neighbours.length < MAX_DEGREE;
    const isNew = a !== b && !a.neighbours.includes(b.session);
    if (isFree && isNew && this.network.isReachable(a.session, b.session)) {
      a.connect(this.network.line(a.session, b));
      b.connect(this.network.line(b.session, a));
    }
  }
}
