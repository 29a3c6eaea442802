/**
 * One's own changes to a document, from being written to being in the log: looked at, merged, cut where they are too
 * large, published. What may not be said does not stay in the document either [SYN5].
 */
import * as Y from 'yjs';
import type { Kind } from '../envelope/envelope';
import { checkChange, type ICheckedChange } from '../permissions/change';
import { splitChange } from '../permissions/split';
import { Outbox } from './outbox';
import type { IReplicaPorts } from './ports';
import { FROM_OTHERS } from './readings';

type Page = Pick<
  IReplicaPorts,
  | 'clientOf'
  | 'clock'
  | 'cutOf'
  | 'isForeign'
  | 'limits'
  | 'mayWrite'
  | 'participant'
  | 'publish'
  | 'session'
  | 'unfit'
  | 'unsealed'
  | 'withdraw'
>;

export interface IDraftsPorts {
  /** The one that is open. */
  doc(): Y.Doc | null;
  /** A change that is in the document that is open. Whether it may be. */
  takeOwn(change: ICheckedChange): boolean;
  /** The document is to be again what the class has. */
  replaySoon(): void;
  /** The document changed, whoever wrote. */
  changed(): void;
}

export class Drafts {
  constructor(
    private readonly kind: Extract<Kind, 'document' | 'outputs'>,
    private readonly page: Page,
    private readonly ports: IDraftsPorts
  ) {
    this.client = page.clientOf(page.session, page.participant);
    this.outbox = new Outbox(page.clock, changes => this.say(changes));
  }

  private readonly client: number;
  private readonly outbox: Outbox;
  /** Published, and not in the log yet. */
  private unsealed: ICheckedChange[] = [];
  /** The own client's clock up to which its changes are on their way. */
  private saidTo = 0;
  /** Until the document was built anew, what is written is not said. */
  private isGivingBack = false;
  /** In the middle of publishing: what comes first may be in the log already, and what comes last is nowhere yet. */
  private _isSaying = false;
  /** Only this page has what it wrote: outputs of whoever may not give them to the class. */
  private isAside = false;

  /** Whether something was published that is not in the log. */
  get isPending(): boolean {
    return this.unsealed.length > 0;
  }

  /** Whether some of what was written is being published, and the rest is not yet. */
  get isSaying(): boolean {
    return this._isSaying;
  }

  /** What is written in `doc` from now on is one's own. */
  open(doc: Y.Doc): void {
    this.unsealed.forEach(change => this.ports.takeOwn(change));
    // Last: Yjs takes another when its own comes back from outside.
    this.begin(doc);
  }

  /** The document is about to be closed: what was to be given back waits, as nobody would be told of it. */
  close(): void {
    this.outbox.flush();
    this.isGivingBack = false;
    this.leave(this.ports.doc());
  }

  /** The document is `doc` now, built anew without what was given back. */
  exchanged(before: Y.Doc, doc: Y.Doc): void {
    const { page } = this;
    this.isGivingBack = false;
    this.leave(before);
    if (this.isStranded) {
      this.unsealed.splice(-page.unsealed());
      page.withdraw();
    }
    if (!page.cutOf(page.session, page.participant)) {
      this.unsealed = this.unsealed.filter(change => {
        Y.applyUpdate(doc, change.bytes, FROM_OTHERS);
        return this.ports.takeOwn(change);
      });
    }
    this.begin(doc);
  }

  /** All of the first change that was published is sealed. */
  sealed(): void {
    this.unsealed.shift();
  }

  /** Who may what is different: what stands on this page alone may be said again by who wrote it. */
  review(): void {
    if (this.isAside && this.page.mayWrite()) {
      this.isAside = false;
      this.giveBack('role');
    }
    this.look();
  }

  /**
   * What waits for a key would stand on this page alone, when who wrote it may not any more. While the document is closed
   * nobody would be told: it waits until it is open.
   */
  look(): void {
    if (this.ports.doc() && this.isStranded) {
      this.giveBack('role');
    }
  }

  /**
   * What was written cannot be said, so it does not stay: what came after it would lean on what nobody else has. The
   * document is again what the class has, and the text is given back to who wrote it.
   */
  giveBack(fault: string): void {
    this.outbox.flush();
    this.page.unfit(fault);
    if (this.ports.doc()) {
      this.isGivingBack = true;
      this.ports.replaySoon();
    }
  }

  /** Sends what waits for its turn, now. */
  flush(): void {
    this.outbox.flush();
  }

  end(): void {
    this.outbox.end();
    this.leave(this.ports.doc());
  }

  /** What one writes from now on in the document is one's own, under the session's clientID. */
  private begin(doc: Y.Doc): void {
    this.keepClient(doc);
    this.saidTo = Y.getState(doc.store, this.client);
    doc.on('afterTransactionCleanup', this.onCleanup);
    doc.on('update', this.onUpdate);
  }

  private leave(doc: Y.Doc | null): void {
    doc?.off('afterTransactionCleanup', this.onCleanup);
    doc?.off('update', this.onUpdate);
  }

  /** Yjs takes another also when somebody writes while it is told, again, what one wrote just before. */
  private readonly onCleanup = (_: Y.Transaction, doc: Y.Doc): void => this.keepClient(doc);

  private keepClient(doc: Y.Doc): void {
    doc.clientID = this.client;
  }

  private readonly onUpdate = (
    update: Uint8Array,
    origin: unknown,
    _: Y.Doc,
    transaction: Y.Transaction
  ): void => {
    this.ports.changed();
    if (origin === FROM_OTHERS || this.page.isForeign(origin) || this.isGivingBack) {
      return;
    }
    if (!transaction.local) {
      // Something on this page gave the document what nobody of the class is known to have written.
      this.giveBack('outside');
      return;
    }
    const limits = { ...this.page.limits, structs: Infinity, ranges: Infinity };
    let read = checkChange(update, this.client, limits);
    if (read.kind === 'read' && read.value.from < this.saidTo) {
      // Who writes while they are told of a change is in that change's update already, as Yjs tells it.
      const known = Y.encodeStateVector(new Map([[this.client, this.saidTo]]));
      read = checkChange(Y.diffUpdate(update, known), this.client, limits);
      if (read.kind === 'read' && read.value.structs.length + read.value.deletes.length === 0) {
        return;
      }
    }
    if (read.kind === 'fault' || !this.ports.takeOwn(read.value)) {
      this.giveBack(read.kind === 'fault' ? read.fault : 'place');
      return;
    }
    this.saidTo = Math.max(this.saidTo, read.value.to);
    this.outbox.put(read.value.bytes);
  };

  private say(changes: readonly Uint8Array[]): void {
    this._isSaying = true;
    changes.forEach(change => this.publish(change));
    this._isSaying = false;
  }

  private publish(change: Uint8Array): void {
    if (!this.page.mayWrite()) {
      if (this.kind === 'outputs') {
        // Running is for everybody: what comes out stands on this page alone, as nobody else is given it.
        this.isAside = true;
      } else {
        this.giveBack('role');
      }
      return;
    }
    for (const piece of splitChange(change, this.client, this.page.limits)) {
      const read = checkChange(piece, this.client, this.page.limits);
      if (read.kind === 'fault') {
        this.giveBack(read.fault);
      }
      if (read.kind === 'fault' || this.isGivingBack) {
        return;
      }
      this.unsealed.push(read.value);
      this.page.publish(piece);
    }
  }

  /** Whether what waits for a key is of whoever may not write any more: perhaps none ever comes. */
  private get isStranded(): boolean {
    return this.kind === 'document' && this.page.unsealed() > 0 && !this.page.mayWrite();
  }
}
