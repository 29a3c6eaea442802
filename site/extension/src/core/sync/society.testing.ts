/** One class for tests of its societies: each hears only what a test gives it, and what it says is written down. */
import { digest } from 'lib0/hash/sha256';
import { everyoneOf, foundClass, type IFounding } from '../class/founding';
import { type IStatement, signStatement, type StatementBody } from '../class/statement';
import type { ICrypto, ISigner } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { type Answer, type IAdmission, makeAnswer } from '../keys/answer';
import { makeKnock } from '../keys/knock';
import type { Message } from '../overlay/messages';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { decodeMessage } from '../overlay/wire';
import { Chance } from '../simulation/chance';
import { Members } from '../simulation/members';
import { VirtualClock } from '../simulation/time';
import { type ISocietyOptions, Society } from './society';

export const [BEN, CLEO] = ['BBBBBBBBBBBBBBBBBBBBBA', 'CCCCCCCCCCCCCCCCCCCCCA'];

export interface ISaid {
  readonly to: string;
  readonly message: Message;
}

export interface IMember {
  readonly own: IOwnSession;
  readonly society: Society;
  /** All that it said to its two neighbours, in order. */
  readonly said: ISaid[];
  /** How often it told the page that rules or keys are different. */
  readonly told: string[];
}

export class Class {
  constructor(readonly members = new Members(new Chance(5), digest)) {
    this.owner = members.session('owner');
    this.founding = foundClass(digest, this.owner.rootKey, this.rootOf('recovery').key, this.fill);
    members.room = this.founding.classId;
    this.everyone = everyoneOf(digest, members.room);
    this.owner = members.session('owner');
  }

  readonly clock = new VirtualClock();
  readonly owner: IOwnSession;
  readonly founding: IFounding;
  readonly everyone: string;
  readonly joinSecret = new Uint8Array(16).fill(3);
  /** Of the first epochs. */
  readonly keys = [1, 2, 3].map(epoch => ({ epoch, key: new Uint8Array(32).fill(epoch) }));
  readonly fill = (bytes: Uint8Array): void => bytes.set(this.members.chance.bytes(bytes.byteLength));

  rootOf(name: string): ISigner {
    return now(then => this.members.crypto.signer(this.members.rootOf(name).reveal(), then));
  }

  idOf(name: string): string {
    return this.members.session(name).participant;
  }

  state(by: string, number: number, body: StatementBody): IStatement {
    return now(then => signStatement(this.rootOf(by), digest, this.founding.classId, number, body, then));
  }

  epoch(number: number, door: 'open' | 'closed' = 'open', members: readonly string[] = []): IStatement {
    const keyHash = digest(this.keys[number - 1]!.key);
    return this.state('owner', number, { kind: 'epoch', epoch: number, door, keyHash, members });
  }

  stand(by: string, number: number, on: string, role: 'instructor' | 'attendee' | 'removed'): IStatement {
    const participant = this.idOf(on);
    return this.state(by, number, { kind: 'standing', participant, role, counts: [], frontier: [] });
  }

  /** Somebody's page, who knows that much: by default how the class was founded, and nothing else. */
  page(name: string, options: Partial<ISocietyOptions> = {}): IMember {
    const { crypto } = this.members;
    const own = this.members.session(name);
    const [said, told]: [ISaid[], string[]] = [[], []];
    const society = new Society({
      ...{ crypto, digest, clock: this.clock, own, name, joinSecret: this.joinSecret },
      ...{ classId: this.founding.classId, everyone: this.everyone, founding: this.founding },
      root: this.members.rootOf(name),
      fill: this.fill,
      ...options
    });
    const neighbours = new Neighbours();
    for (const peer of [BEN, CLEO]) {
      const send = (_: unknown, bytes: Uint8Array): void => {
        const read = decodeMessage(bytes);
        said.push({ to: peer, message: (read as { value: Message }).value });
      };
      neighbours.add(
        new Neighbour({ peer, send, bufferedBytes: () => 0, drained: () => Promise.resolve() }, digest)
      );
    }
    society.begin({
      neighbours,
      rulesChanged: otherKeys => told.push(otherKeys ? 'rules, other keys' : 'rules'),
      keysChanged: () => told.push('keys'),
      known: () => [],
      admitted: () => told.push('admitted')
    });
    return { own, society, said, told };
  }

  /** A member who has all keys of the epochs that are stated. */
  member(name: string, statements: readonly IStatement[], options: Partial<ISocietyOptions> = {}): IMember {
    return this.page(name, { statements, keys: this.keys, ...options });
  }

  knock(by: IOwnSession, crypto: ICrypto = this.members.crypto): Uint8Array {
    const salt = this.members.chance.bytes(16);
    const knocker = { ...by, name: 'somebody' };
    return now(then => makeKnock(crypto, this.founding.classId, this.joinSecret, knocker, salt, then));
  }

  /** The answer to a knock of theirs, by whoever wants to let them in. */
  admit(member: IMember, admission: Partial<IAdmission> | { kind: 'waiting' | 'refused' }): Uint8Array {
    const knock = member.said
      .flatMap(({ message }) => (message.type === 'knock' ? [message.bytes] : []))
      .at(-1)!;
    const id = digest(knock);
    const { agreementKey } = member.own;
    const answer = {
      ...{ kind: 'admitted', founding: this.founding.record, statements: [], keys: [] },
      ...admission
    } as Answer;
    const seed = this.members.chance.bytes(32);
    const { classId } = this.founding;
    return now<Uint8Array | null>(then =>
      makeAnswer(this.members.crypto, classId, { id, agreementKey }, answer, seed, then)
    )!;
  }
}

/** What a synchronous implementation calls back with. */
function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  let answer: Value | null = null;
  ask(value => (answer = value));
  return answer!;
}
