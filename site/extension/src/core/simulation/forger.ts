/**
 * What forgers make: envelopes and statements that no honest page would, by strangers and by members. Whatever becomes of
 * them, no word of theirs may ever be in a document.
 */
import * as Y from 'yjs';
import { cellsOf } from '../document/cells';
import { decodeEnvelope, encodeEnvelope, type IEnvelope } from '../envelope/envelope';
import type { IOwnSession } from '../identity/own';
import { signStatement, type StatementBody } from '../class/statement';
import { encodeMessage } from '../overlay/wire';
import { clientOf } from '../session';
import type { ICourse, Pupil } from './pupil';

export const EVIL = '!evil!';

export const FORGERIES = [
  'no signature',
  'another key',
  'another class',
  'another document',
  'another epoch',
  'another kind',
  'a changed byte',
  'another place',
  'said again',
  'the clientID of the teacher',
  'a struct of another inside',
  'deletions in the lecture',
  'words in the lecture',
  'a root that is none',
  'a gap',
  'sealed by a stranger',
  'a wrong chain',
  'no introduction',
  'the introduction of another',
  'a statement by nobody',
  'an answer that nobody asked for'
] as const;
export type Forgery = (typeof FORGERIES)[number];

/** Messages to one member, in this order. */
export interface IForged {
  readonly messages: readonly Uint8Array[];
  /** Published, not said by a neighbour. */
  readonly isPublished: boolean;
}

export class Forger {
  constructor(private readonly course: ICourse) {}

  private count = 0;

  /** `victim` is somebody in whose name it is forged; `seen` an envelope of theirs. */
  forge(forgery: Forgery, victim: Pupil, seen: Uint8Array | null): IForged {
    const { members, lecture, chance, classId } = this.course;
    const team = this.course.aim?.() ?? this.course.team;
    const { digest } = members;
    // A member of the class, as far as the link goes; a new page each time.
    const own = members.session(`mallory${(this.count += 1) % 3}`, classId);
    const isPublished = chance.is(0.2);
    const introduction = encodeMessage({ type: 'introduction', bytes: own.introduction });
    const say = (...messages: Uint8Array[]): IForged => ({
      messages: [introduction, ...messages],
      isPublished
    });
    const ownClient = clientOf(digest, team, own.participant, own.session);
    const read = seen ? decodeEnvelope(seen) : null;
    const genuine = read?.kind === 'read' ? read.value : null;
    const changed = (change: Partial<IEnvelope>): IForged =>
      genuine ? say(encodeEnvelope({ ...genuine, ...change })) : say();
    switch (forgery) {
      case 'no signature':
        return say(...this.sealed(own, team, this.words(ownClient)).map(bytes => without(bytes)));
      case 'another key':
        return say(...this.sealed(own, team, this.words(ownClient), { session: victim.session }));
      case 'another class':
        return say(...this.sealed(own, team, this.words(ownClient), { room: chance.bytes(16) }));
      case 'another document':
        return changed({ document: genuine?.document === team ? lecture : team });
      case 'another epoch':
        return changed({ epoch: (genuine?.epoch ?? 0) + 1 });
      case 'another kind':
        return changed({ kind: genuine?.kind === 'document' ? 'outputs' : 'document' });
      case 'another place':
        return changed({ sequence: (genuine?.sequence ?? 0) + 1 + chance.below(40) });
      case 'a changed byte': {
        const bytes = (seen ?? introduction).slice();
        bytes[chance.below(bytes.length)]! ^= 1 + chance.below(255);
        return say(bytes);
      }
      case 'said again':
        return seen ? say(seen, seen) : say();
      case 'the clientID of the teacher': {
        const client = clientOf(digest, team, victim.participant, victim.session);
        return say(...this.sealed(own, team, this.words(client)));
      }
      case 'a struct of another inside': {
        const client = clientOf(digest, team, victim.participant, victim.session);
        return say(...this.sealed(own, team, Y.mergeUpdates([this.words(ownClient), this.words(client)])));
      }
      case 'deletions in the lecture':
        return say(...this.sealed(own, lecture, this.deletions(victim.lectureDeeds.doc)));
      case 'words in the lecture': {
        const client = clientOf(digest, lecture, own.participant, own.session);
        return say(...this.sealed(own, lecture, this.words(client)));
      }
      case 'a root that is none':
        return say(...this.sealed(own, team, this.words(ownClient, 'evil')));
      case 'a gap': {
        const [, later] = this.twice(ownClient);
        return say(...this.sealed(own, team, later!));
      }
      case 'sealed by a stranger':
        return say(
          ...members.sealed(own, team, 'document', [this.words(ownClient)], { room: classId, epoch: 77 })
        );
      case 'a wrong chain':
        return say(
          encodeEnvelope({ ...this.envelope(own, team, ownClient), sequence: 16, chain: chance.bytes(32) })
        );
      case 'no introduction':
        return { messages: this.sealed(own, team, this.words(ownClient)).map(without), isPublished };
      case 'the introduction of another': {
        const bytes = own.introduction.slice();
        bytes.set(victim.own.rootKey, bytes.length - 64 - 64 - 4 * 32 + 32);
        return { messages: [encodeMessage({ type: 'introduction', bytes })], isPublished: false };
      }
      case 'a statement by nobody': {
        const body = chance.pick<StatementBody>([
          { kind: 'standing', participant: own.participant, role: 'instructor', counts: [], frontier: [] },
          { kind: 'standing', participant: victim.participant, role: 'removed', counts: [], frontier: [] },
          { kind: 'epoch', epoch: 2 + chance.below(9), door: 'open', keyHash: chance.bytes(32), members: [] },
          { kind: 'succession', ownerKey: own.rootKey, counts: [], frontier: [] }
        ]);
        const messages: Uint8Array[] = [];
        signStatement(own.root, digest, classId, 1 + chance.below(1000), body, ({ bytes }) =>
          messages.push(encodeMessage({ type: 'statement', bytes }))
        );
        return { messages, isPublished: false };
      }
      case 'an answer that nobody asked for': {
        const pieces = this.sealed(
          own,
          lecture,
          this.words(clientOf(digest, lecture, own.participant, own.session))
        );
        const message = encodeMessage({ type: 'entries', document: lecture, isLast: true, pieces });
        return { messages: [introduction, message], isPublished: false };
      }
    }
  }

  /** Another envelope of somebody's own session, at a place where they say something else to others. */
  twin(pupil: Pupil, document: string, place: number): Uint8Array {
    const { doc: of } = pupil.deedsIn(document)!;
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(of));
    doc.clientID = of.clientID;
    let change = new Uint8Array(0);
    doc.on('update', (update: Uint8Array<ArrayBuffer>) => (change = update));
    (cellsOf(doc).get('a')!.get('source') as Y.Text).insert(0, '<forked>');
    // The sequence is counted, so as many are made before.
    const before = Array.from({ length: place }, () => Uint8Array.of(0));
    return this.course.seal(pupil.own, document, [...before, change]).at(-1)!;
  }

  /** As a member would seal it, with the key that members have. */
  private sealed(
    own: IOwnSession,
    document: string,
    change: Uint8Array,
    forged: { readonly room?: Uint8Array; readonly session?: string } = {}
  ): Uint8Array[] {
    return this.course.seal(own, document, [change], forged);
  }

  private envelope(own: IOwnSession, document: string, client: number): IEnvelope {
    const [bytes] = this.sealed(own, document, this.words(client));
    const read = decodeEnvelope(bytes!);
    if (read.kind === 'fault') {
      throw new Error(read.fault);
    }
    return read.value;
  }

  private start(client: number): Y.Doc {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, this.course.genesis);
    doc.clientID = client;
    return doc;
  }

  private words(client: number, root?: string): Uint8Array {
    return this.twice(client, root)[0]!;
  }

  private twice(client: number, root?: string): Uint8Array[] {
    const doc = this.start(client);
    const changes: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => changes.push(update));
    const text = root ? doc.getText(root) : (cellsOf(doc).get('a')!.get('source') as Y.Text);
    text.insert(0, EVIL);
    text.insert(0, EVIL);
    return changes;
  }

  /** Of whatever is in a document. */
  private deletions(of: Y.Doc): Uint8Array {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(of));
    let change = new Uint8Array(0);
    doc.on('update', (update: Uint8Array<ArrayBuffer>) => (change = update));
    doc.transact(() => {
      cellsOf(doc).forEach(cell => {
        const text = cell.get('source') as Y.Text;
        text.delete(0, text.length);
      });
    });
    return change.byteLength > 0 ? change : this.words(1);
  }
}

function without(bytes: Uint8Array): Uint8Array {
  const read = decodeEnvelope(bytes);
  return read.kind === 'read' ? encodeEnvelope({ ...read.value, signature: new Uint8Array(0) }) : bytes;
}
