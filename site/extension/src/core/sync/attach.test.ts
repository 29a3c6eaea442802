import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { Connection, ConnectionState, MessageListener, Road, StateListener } from '../connection';
import { decodeMessage } from '../overlay/wire';
import { type Page, Pages } from '../simulation/pages';

/** A connection by hand, that keeps what is said. */
class Hand implements Connection {
  constructor(readonly peer: string) {}

  road: Road = 'relay';
  state: ConnectionState = { kind: 'connecting' };
  readonly said: string[] = [];
  private readonly listeners = new Set<StateListener>();

  become(state: ConnectionState): void {
    this.state = state;
    this.listeners.forEach(listener => listener(state));
  }

  send(_channel: unknown, message: Uint8Array): void {
    const read = decodeMessage(message);
    this.said.push(read.kind === 'read' ? read.value.type : read.fault);
  }

  bufferedBytes(): number {
    return 0;
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.become({ kind: 'closed', reason: 'left' });
  }

  onMessage(_listener: MessageListener): () => void {
    return () => undefined;
  }

  onState(listener: StateListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

describe('a connection the engine follows', () => {
  it('[SYN6] is greeted when it opens, and not again when it takes another road or comes back', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    const hand = new Hand(b.session);
    a.engine.attach(hand);
    expect(hand.said).toEqual([]);
    hand.become({ kind: 'open' });
    const greeting = ['summary', 'who'];
    expect(hand.said).toEqual(expect.arrayContaining(greeting));
    const { length } = hand.said;
    hand.road = 'direct';
    hand.become({ kind: 'open' });
    hand.become({ kind: 'interrupted', reason: 'silent' });
    hand.become({ kind: 'open' });
    expect(hand.said.slice(length)).toEqual([]);
    expect(a.engine.neighbours.get(b.session)).toBeDefined();
    hand.close();
    expect(a.engine.neighbours.size).toBe(0);
  });

  it('[SYN6] that is open already is greeted at once', () => {
    const [a, b] = new Pages(digest).many(2) as [Page, Page];
    const hand = new Hand(b.session);
    hand.become({ kind: 'open' });
    a.engine.attach(hand);
    expect(hand.said).toEqual(expect.arrayContaining(['summary', 'who']));
  });

  it('[SYN7] is closed where there are eight already', () => {
    const pages = new Pages(digest);
    const [a, ...others] = pages.many(10) as [Page, ...Page[]];
    const hands = others.map(other => new Hand(other.session));
    hands.forEach(hand => {
      a.engine.attach(hand);
      hand.become({ kind: 'open' });
    });
    expect(hands.map(hand => hand.state.kind)).toEqual([...Array<string>(8).fill('open'), 'closed']);
  });
});
