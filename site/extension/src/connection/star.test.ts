import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionState, Road } from '../core/connection';
import type { Link } from './link';
import { Listeners } from './listeners';
import type { IMember } from './signaling/room';
import type { SignalingState } from './signaling/state';
import { HEARS, LEAVE_MS, SETTLE_MS, Star, starTopic } from './star';
import type { ISummary } from './summary';
import { HandClock } from './testing';

const TOPIC = 'a'.repeat(21) + 'A';
const PLAIN = 'AA';

class Setting {
  readonly clock = new HandClock();
  readonly said: string[] = [];
  readonly people = new Map<string, IMember>();
  readonly links = new Map<string, Link>();
  readonly subscriptions = new Listeners<[readonly string[], readonly number[]]>();
  readonly published = new Listeners<[string, string, Uint8Array]>();
  readonly changed = new Listeners<[ISummary]>();
  readonly states = new Listeners<[SignalingState]>();
  readonly client = {
    published: this.published,
    hasRoom: true,
    publish: (topic: string, _: Uint8Array, once?: boolean) => this.say(`publish ${topic === TOPIC} ${once}`),
    onState: (listener: (state: SignalingState) => void) => this.states.add(listener)
  };
  readonly star = new Star({
    clock: this.clock,
    topic: TOPIC,
    record: PLAIN,
    roads: this,
    room: {
      people: this.people,
      subscriptions: this.subscriptions,
      subscribe: () => void this.say('subscribe'),
      unsubscribe: () => void this.say('unsubscribe'),
      setRecord: record => void this.say(record)
    },
    client: this.client
  });

  say(what: string): boolean {
    return this.said.push(what) > 0;
  }

  link(peer: string, road: Road, state: ConnectionState = { kind: 'open' }): void {
    // Of a link nothing else is looked at.
    this.links.set(peer, { peer, road, state } as Link);
    this.changed.call(undefined as never);
  }

  person(session: string, record: string, here = true): void {
    this.people.set(session, { session, record, here, since: 0 });
  }

  /** Two neighbours over the server, one of whom hears. */
  relayed(): this {
    this.link('ada', 'relay');
    this.link('alan', 'relay');
    this.person('ada', HEARS);
    this.person('alan', PLAIN);
    this.clock.pass(SETTLE_MS);
    return this;
  }

  subscribed(): this {
    this.subscriptions.call([TOPIC], [1]);
    return this;
  }
}

describe('the star', () => {
  let setting: Setting;
  beforeEach(() => (setting = new Setting()));

  it('[CON18] is joined by a page that reaches everybody over the server, and said in the roster once confirmed', () => {
    setting.relayed();
    expect(setting.said).toEqual(['subscribe']);
    expect(setting.star.publish(new Uint8Array(1))).toBe(false);
    setting.subscribed();
    expect(setting.said).toEqual(['subscribe', HEARS]);
    expect(['ada', 'alan', 'nobody'].map(peer => setting.star.hears(peer))).toEqual([true, false, false]);
    expect(setting.star.publish(new Uint8Array(1))).toBe(true);
    expect(setting.said.at(-1)).toBe('publish true true');
  });

  it.each<[string, (setting: Setting) => void]>([
    ['one is reached directly', each => each.link('grace', 'direct')],
    ['better roads open within a second', each => each.link('alan', 'direct')],
    ['there is one neighbour only', each => each.links.delete('alan')]
  ])('[CON18] is not joined while %s', (_, happen) => {
    setting.link('ada', 'relay');
    setting.link('alan', 'relay');
    happen(setting);
    setting.changed.call(undefined as never);
    setting.clock.pass(2 * SETTLE_MS);
    expect(setting.said).not.toContain('subscribe');
  });

  it('[CON18] tabs of the same browser are no reason to stay away', () => {
    setting.link('tab', 'tab');
    setting.relayed();
    expect(setting.said).toEqual(['subscribe']);
  });

  it('[CON18] who leaves says so first, and hears for a while what others still publish', () => {
    setting.relayed().subscribed();
    const heard: string[] = [];
    setting.star.heard.add(from => heard.push(from));
    setting.link('alan', 'direct');
    expect(setting.said.at(-1)).toBe(PLAIN);
    expect(setting.star.hears('ada')).toBe(false);
    setting.published.call(TOPIC, 'ada', new Uint8Array(1));
    setting.published.call('another', 'ada', new Uint8Array(1));
    expect(heard).toEqual(['ada']);
    setting.clock.pass(LEAVE_MS);
    expect(setting.said.at(-1)).toBe('unsubscribe');
  });

  it('[CON18] nobody who is away hears, and nothing is published into a full socket', () => {
    setting.relayed().subscribed();
    setting.person('ada', HEARS, false);
    expect(setting.star.hears('ada')).toBe(false);
    setting.client.hasRoom = false;
    expect(setting.star.publish(new Uint8Array(1))).toBe(false);
  });

  it('[CON18] whoever may have missed some is told to compare, after each return', () => {
    let joined = 0;
    setting.star.joined.add(() => (joined += 1));
    setting.relayed().subscribed();
    expect(joined).toBe(1);
    setting.states.call({ kind: 'connecting' });
    expect(setting.star.publish(new Uint8Array(1))).toBe(false);
    // A short loss that the links did not notice, then one that they did.
    setting.subscribed();
    expect(joined).toBe(2);
    setting.states.call({ kind: 'connecting' });
    setting.link('ada', 'relay', { kind: 'interrupted', reason: 'no-road' });
    setting.subscribed();
    expect(joined).toBe(2);
    setting.relayed();
    expect(joined).toBe(3);
    expect(setting.star.hears('ada')).toBe(true);
  });

  it('[CON18] the topic is 16 bytes of a hash, the same for everybody of a class', () => {
    const [one, same, other] = [1, 1, 2].map(byte => starTopic(digest, new Uint8Array(16).fill(byte)));
    expect(one).toMatch(/^[A-Za-z0-9_-]{21}[AQgw]$/);
    expect([same === one, other === one]).toEqual([true, false]);
  });
});
