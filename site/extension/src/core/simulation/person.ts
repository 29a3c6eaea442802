/** A page in a simulated class: the real engine, a real notebook document, and a storage that keeps every change. */
import * as Y from 'yjs';
import { cursorIn } from '../awareness/cursor';
import type { Clock } from '../clock';
import type { Channel } from '../connection';
import { orderOf } from '../document/cells';
import type { Line } from '../overlay/neighbours';
import { decodeEnvelope } from '../envelope/envelope';
import type { IOwnSession } from '../identity/own';
import { Engine, type Refusal } from '../sync/engine';
import type { IKept } from '../sync/kept';
import type { Chance } from './chance';
import { Deeds } from './deeds';
import { EVERYBODY_MAY, type Members } from './members';

export interface IWorld {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly members: Members;
  readonly document: string;
  readonly genesis: Uint8Array;
  /** Nobody says who and where they are: the documents alone, for very many people. */
  readonly isSilent: boolean;
}

export class Person {
  constructor(
    readonly name: string,
    private readonly world: IWorld,
    /** What is kept on the device, of this page and those before it. */
    readonly kept: IKept[] = []
  ) {
    const { clock, chance, members, genesis, document } = world;
    const { room, crypto, keys, digest } = members;
    this.own = members.session(name);
    this.deeds = new Deeds(name, chance, this.doc);
    const before = [...kept];
    this.engine = new Engine({
      ...{ room, crypto, keys, digest, clock, own: this.own, rules: EVERYBODY_MAY, random: chance.random },
      keep: (_, piece) => {
        this.kept.push(piece);
        if (isOf(piece, this.session)) {
          this.keptWords = new Set(this.deeds.written);
        }
      },
      onRefusal: refusal => this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1),
      onUnfit: (_, fault) => {
        throw new Error(`${name} wrote what may not be: ${fault}`);
      }
    });
    this.engine.follow(document, this.doc, { genesis, kept: before });
    if (!world.isSilent) {
      const { participant } = this.own;
      this.engine.introduce({ name, participant, since: clock.now() });
      this.engine.awareness.say(document, null);
    }
  }

  readonly doc = new Y.Doc();
  readonly own: IOwnSession;
  readonly engine: Engine;
  readonly refusals = new Map<Refusal, number>();
  readonly deeds: Deeds;
  keptWords = new Set<string>();

  /** Words that wait to be sent, and are not on the device. */
  get unkept(): Set<string> {
    return new Set([...this.deeds.written].filter(word => !this.keptWords.has(word)));
  }

  get session(): string {
    return this.own.session;
  }

  hear(from: string, channel: Channel, message: Uint8Array): void {
    this.engine.hear(from, channel, message);
  }

  connect(line: Line): boolean {
    return this.engine.connect(line);
  }

  get neighbours(): string[] {
    return [...this.engine.neighbours].map(({ peer }) => peer);
  }

  /** Puts the cursor somewhere. */
  look(): void {
    const placed = this.world.chance.pick(orderOf(this.doc));
    if (placed) {
      const text = placed.cell.get('source') as Y.Text;
      const [anchor, head] = [
        this.world.chance.below(text.length + 1),
        this.world.chance.below(text.length + 1)
      ];
      this.engine.awareness.say(this.world.document, cursorIn(text, anchor, head));
    }
  }
}

/** Whether it is an envelope of that session. */
export function isOf(kept: IKept, session: string): boolean {
  const read = kept.kind === 'piece' ? decodeEnvelope(kept.bytes) : null;
  return read?.kind === 'read' && read.value.session === session;
}
