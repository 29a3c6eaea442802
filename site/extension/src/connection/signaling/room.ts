/** One room on the server: who is in it, whom one is introduced to, signals and topics. Survives every reconnection. */
import type { Cancel, Clock } from '../../core/clock';
import type { SessionId } from '../../core/connection';
import { Listeners } from '../listeners';
import { IDS_PER_MESSAGE, type IPerson, MAX_DEGREE, type ServerMessage } from './messages';

/** Somebody in the roster; `since`: the clock's milliseconds when they came. */
export interface IMember {
  readonly session: SessionId;
  readonly record: string;
  readonly here: boolean;
  readonly since: number;
}

export interface IMeeting {
  /** Call these. Of those one is connected to already there is nothing to do. */
  readonly call: readonly SessionId[];
  /** These will call. */
  readonly expect: readonly SessionId[];
  /** Let go of these, once the others are connected. */
  readonly release: readonly SessionId[];
  /** On entering, and after every return: all neighbours. Who calls whom of the new ones is said right behind. */
  readonly all?: readonly SessionId[];
}

/** What a room asks of the client that carries it. */
export interface ICarrier {
  say(type: string, fields: Readonly<Record<string, unknown>>): boolean;
  readonly clock: Clock;
  /** How long the server keeps the place of somebody whose line broke, and everybody may take to come back. */
  graceMs(): number;
}

export interface IRoomOptions {
  /** Opaque, at most 1,024 characters of base64url: what the roster shows of oneself. */
  readonly record: string;
  /** False: no introductions, only the relay. */
  readonly overlay?: boolean;
  /** Whom one is connected to, asked at every return. */
  readonly have?: () => readonly SessionId[];
}

export class Room {
  constructor(
    readonly name: string,
    private readonly _carrier: ICarrier,
    private _options: IRoomOptions
  ) {}

  /** Everybody in the room, oneself included; in a large room it fills in a few messages. */
  get people(): ReadonlyMap<SessionId, IMember> {
    return this._people;
  }

  /** How many there are. Right at once, and while the server is away what it was last. */
  get count(): number {
    return this._count;
  }

  /** Whether the server has us in it now. */
  get joined(): boolean {
    return this._joined;
  }

  /** Somebody came, changed or went; `left`: for good. */
  readonly changes = new Listeners<[changed: readonly SessionId[], left: readonly SessionId[]]>();
  /** Introductions. */
  readonly meetings = new Listeners<[IMeeting]>();
  readonly signals = new Listeners<[from: SessionId, data: string]>();
  /** A request was refused, in the server's words. */
  readonly refusals = new Listeners<[{ reason: string; words: string; about?: string; to?: string }]>();
  /** How many others follow these topics now, oneself having begun to. */
  readonly subscriptions = new Listeners<[topics: readonly string[], others: readonly number[]]>();

  setRecord(record: string): void {
    this._options = { ...this._options, record };
    this._carrier.say('record', { room: this.name, record });
  }

  /** Connections to these failed or ended: introduce others. */
  more(lost: readonly SessionId[]): void {
    this._carrier.say('more', { room: this.name, lost: lost.slice(0, IDS_PER_MESSAGE) });
  }

  /** False when the server is away: say it again when `meetings` comes. */
  signal(to: SessionId, data: string): boolean {
    return this._carrier.say('signal', { room: this.name, to, data });
  }

  subscribe(topics: readonly string[]): void {
    const added = topics.filter(topic => !this._topics.has(topic));
    added.forEach(topic => this._topics.add(topic));
    this._sayTopics('subscribe', added);
  }

  unsubscribe(topics: readonly string[]): void {
    this._sayTopics(
      'unsubscribe',
      topics.filter(topic => this._topics.delete(topic))
    );
  }

  /** A socket has opened: says everything again. For the client. */
  enter(): void {
    const { record, overlay = true, have } = this._options;
    this._carrier.say('join', {
      room: this.name,
      record,
      overlay,
      have: (have?.() ?? []).slice(0, MAX_DEGREE)
    });
    this._sayTopics('subscribe', [...this._topics]);
  }

  /** The server is away. For the client. */
  pause(): void {
    this._joined = false;
    // Nobody can be told gone while the server is away.
    this._cancelAwait();
  }

  /** For the client. */
  take(message: ServerMessage): void {
    switch (message.type) {
      case 'joined': {
        this._joined = true;
        this._count = message.count;
        this._await(message.people);
        const came = this._note(message.people);
        this._askFor(message.next);
        this.changes.call(came, []);
        this.meetings.call({ call: [], expect: [], release: [], all: message.neighbours });
        break;
      }
      case 'people': {
        const came = this._note(message.people);
        this._askFor(message.next);
        this.changes.call(came, []);
        break;
      }
      case 'changes': {
        this._count = message.count;
        message.left.forEach(session => {
          this._people.delete(session);
          this._awaited.delete(session);
        });
        const changed = this._note(message.people);
        this.changes.call(changed, message.left);
        break;
      }
      case 'meet':
        this.meetings.call(message);
        break;
      case 'signal':
        this.signals.call(message.from, message.data);
        break;
      case 'subscribed':
        this.subscriptions.call(message.topics, message.others);
        break;
      case 'refused':
        this.refusals.call(message);
        break;
      default:
        break;
    }
  }

  private _note(people: readonly IPerson[]): SessionId[] {
    const now = this._carrier.clock.now();
    for (const { session, record, here, age } of people) {
      this._people.set(session, { session, record, here, since: now - age * 1_000 });
      this._awaited.delete(session);
    }
    return people.map(person => person.session);
  }

  private _askFor(after: number | null): void {
    if (after !== null) {
      this._carrier.say('roster', { room: this.name, after });
    }
  }

  /**
   * Those known before a return that are not named again: of a server that was restarted they come back too, each in
   * their time; of one that went on they are gone. Neither is known yet.
   */
  private _await(named: readonly IPerson[]): void {
    for (const { session } of named) {
      this._awaited.delete(session);
    }
    for (const [session, member] of this._people) {
      if (!named.some(person => person.session === session)) {
        this._awaited.add(session);
        this._people.set(session, { ...member, here: false });
      }
    }
    this._cancelAwait();
    if (!this._awaited.size) {
      return;
    }
    this._cancelAwait = this._carrier.clock.after(this._carrier.graceMs(), () => {
      const gone = [...this._awaited];
      this._awaited.clear();
      gone.forEach(session => this._people.delete(session));
      if (gone.length) {
        this.changes.call([], gone);
      }
    });
  }

  private _sayTopics(type: 'subscribe' | 'unsubscribe', topics: readonly string[]): void {
    for (let at = 0; at < topics.length; at += IDS_PER_MESSAGE) {
      this._carrier.say(type, { room: this.name, topics: topics.slice(at, at + IDS_PER_MESSAGE) });
    }
  }

  private _joined = false;
  private _count = 0;
  private _cancelAwait: Cancel = () => undefined;
  private readonly _awaited = new Set<SessionId>();
  private readonly _people = new Map<SessionId, IMember>();
  private readonly _topics = new Set<string>();
}
