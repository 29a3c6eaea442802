/** One room on the server: who is in it, whom one is introduced to, signals and topics. Survives every reconnection. */
import type { Clock } from '../../core/clock';
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
}

/** What a room asks of the client that carries it. */
export interface ICarrier {
  say(type: string, fields: Readonly<Record<string, unknown>>): boolean;
  readonly clock: Clock;
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
  /** Introductions. After a return, all neighbours again, as `call`. */
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
  }

  /** For the client. */
  take(message: ServerMessage): void {
    switch (message.type) {
      case 'joined': {
        this._joined = true;
        const before = [...this._people.keys()];
        this._people.clear();
        this._count = message.count;
        const came = this._note(message.people);
        this._askFor(message.next);
        // With more pages to come nobody can tell who left; the last page does.
        this._missing = new Set(before.filter(session => !this._people.has(session)));
        this.changes.call(came, message.next === null ? this._takeMissing() : []);
        this.meetings.call({ call: message.neighbours, expect: [], release: [] });
        break;
      }
      case 'people': {
        const came = this._note(message.people);
        this._askFor(message.next);
        this.changes.call(came, message.next === null ? this._takeMissing() : []);
        break;
      }
      case 'changes': {
        this._count = message.count;
        message.left.forEach(session => this._people.delete(session));
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
      this._missing.delete(session);
    }
    return people.map(person => person.session);
  }

  private _askFor(after: number | null): void {
    if (after !== null) {
      this._carrier.say('roster', { room: this.name, after });
    }
  }

  private _takeMissing(): SessionId[] {
    const missing = [...this._missing];
    this._missing.clear();
    return missing;
  }

  private _sayTopics(type: 'subscribe' | 'unsubscribe', topics: readonly string[]): void {
    for (let at = 0; at < topics.length; at += IDS_PER_MESSAGE) {
      this._carrier.say(type, { room: this.name, topics: topics.slice(at, at + IDS_PER_MESSAGE) });
    }
  }

  private _joined = false;
  private _count = 0;
  private _missing = new Set<SessionId>();
  private readonly _people = new Map<SessionId, IMember>();
  private readonly _topics = new Set<string>();
}
