/**
 * Who is in which document, and where their cursor stands: said at most four times a second, less often the more people
 * are here, repeated now and then, and forgotten when it is not. Nothing of it is kept.
 */
import type { Cancel, Clock } from '../clock';
import type { IEnvelope } from '../envelope/envelope';
import { decodePresence, encodePresence, type ICursor, type Presence } from './cursor';

/** Four a second; `cursor_every_ms` in docs/protocol.json. */
export const CURSOR_MS = 250;
/** For each person here: fifty cursors a second reach a page in all, however many move. */
export const CURSOR_SHARE_MS = 20;
/** Said again though nothing changed, `presence_every_ms`; and for each person here, so that it is ten a second in all. */
export const PRESENCE_MS = 15_000;
export const PRESENCE_SHARE_MS = 100;
/** Silences after which somebody is taken to have gone: more than the minute for which a browser holds a hidden tab's timers. */
export const SILENCES = 5;
/** What a session may say at once after a rest: what waited on a slow line arrives in a heap. */
export const BURST = 12;

export interface IAwarenessPorts {
  readonly clock: Clock;
  publish(document: string, payload: Uint8Array): void;
  /** How many sessions are here. */
  people(): number;
  /** Something is different for whoever shows it. */
  changed(): void;
}

export interface IPresent {
  readonly session: string;
  readonly document: string;
  readonly cursor: ICursor | null;
}

interface IOwn {
  presence: Presence;
  said: string;
  pause: Cancel | null;
  again: Cancel | null;
}

interface IOther extends IPresent {
  readonly expiry: Cancel;
}

export class Awareness {
  constructor(private readonly ports: IAwarenessPorts) {}

  private readonly own = new Map<string, IOwn>();
  private readonly others = new Map<string, IOther>();
  private readonly budgets = new Map<string, { left: number; at: number }>();

  /** Says that one is in the document, and where. */
  say(document: string, cursor: ICursor | null): void {
    const own = this.own.get(document) ?? { presence: { kind: 'gone' }, said: '', pause: null, again: null };
    this.own.set(document, own);
    own.presence = { kind: 'here', cursor };
    this.send(document, own, false);
  }

  /** Says all of it again: others may have heard that we left. */
  repeat(): void {
    for (const [document, own] of this.own) {
      own.pause?.();
      own.pause = null;
      this.send(document, own, true);
    }
  }

  /** The document was closed. */
  leave(document: string): void {
    const own = this.own.get(document);
    if (own) {
      own.pause?.();
      own.again?.();
      this.own.delete(document);
      this.ports.publish(document, encodePresence({ kind: 'gone' }));
    }
  }

  end(): void {
    [...this.own.keys()].forEach(document => this.leave(document));
    this.others.forEach(({ expiry }) => expiry());
    this.others.clear();
  }

  /** Takes what a session says, newer than what it said before; whether it may be passed on. */
  hear({ session, document, payload }: IEnvelope): boolean {
    const read = decodePresence(payload);
    if (read.kind === 'fault' || !this.spend(session)) {
      return false;
    }
    const key = `${session} ${document}`;
    if (read.value.kind === 'gone') {
      this.forget(key);
      return true;
    }
    this.others.get(key)?.expiry();
    const expiry = this.ports.clock.after(this.expiryMs, () => this.forget(key));
    this.others.set(key, { session, document, cursor: read.value.cursor, expiry });
    this.ports.changed();
    return true;
  }

  /** Somebody is known to be gone. */
  gone(session: string): void {
    for (const [key, other] of [...this.others]) {
      if (other.session === session) {
        this.forget(key);
      }
    }
    this.budgets.delete(session);
  }

  /** Everybody else, where they are. */
  present(): IPresent[] {
    return [...this.others.values()].map(({ session, document, cursor }) => ({ session, document, cursor }));
  }

  get cursorMs(): number {
    return Math.max(CURSOR_MS, this.ports.people() * CURSOR_SHARE_MS);
  }

  get expiryMs(): number {
    return SILENCES * this.presenceMs;
  }

  private get presenceMs(): number {
    return Math.max(PRESENCE_MS, this.ports.people() * PRESENCE_SHARE_MS);
  }

  private send(document: string, own: IOwn, again: boolean): void {
    const payload = encodePresence(own.presence);
    const text = payload.join();
    if (own.pause || (text === own.said && !again)) {
      return;
    }
    own.said = text;
    own.again?.();
    own.again = this.ports.clock.after(this.presenceMs, () => this.send(document, own, true));
    own.pause = this.ports.clock.after(this.cursorMs, () => {
      own.pause = null;
      this.send(document, own, false);
    });
    this.ports.publish(document, payload);
  }

  /** A session that says more than it may is not heard, and not passed on. */
  private spend(session: string): boolean {
    const now = this.ports.clock.now();
    const budget = this.budgets.get(session) ?? { left: BURST, at: now };
    this.budgets.set(session, budget);
    budget.left = Math.min(BURST, budget.left + (now - budget.at) / CURSOR_MS);
    budget.at = now;
    if (budget.left < 1) {
      return false;
    }
    budget.left -= 1;
    return true;
  }

  private forget(key: string): void {
    const other = this.others.get(key);
    if (other) {
      other.expiry();
      this.others.delete(key);
      this.ports.changed();
    }
  }
}
