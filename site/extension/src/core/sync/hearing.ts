/** What a neighbour says, brought to whom it concerns. Whatever it is, nothing is thrown. */
import type { Channel } from '../connection';
import type { Flood } from '../overlay/flood';
import type { Neighbours } from '../overlay/neighbours';
import type { Search } from '../overlay/search';
import { decodeMessage } from '../overlay/wire';
import type { Acquaintances } from './acquaintances';
import type { Changes } from './changes';
import type { Company } from './company';
import type { Delivery } from './delivery';
import type { Exchange } from './exchange';
import type { Refusal } from './options';
import type { Spread } from './spread';

export interface IHearingPorts {
  readonly neighbours: Neighbours;
  readonly flood: Flood;
  readonly exchange: Exchange;
  readonly delivery: Delivery;
  readonly spread: Spread;
  readonly search: Search;
  readonly company: Company;
  readonly changes: Changes;
  readonly acquaintances: Acquaintances;
  /** What the class's own messages are: statements, and the door. */
  hearClass(peer: string, type: 'statement' | 'knock' | 'admit', bytes: Uint8Array): void;
  refuse(refusal: Refusal, peer: string): void;
}

export class Hearing {
  constructor(private readonly ports: IHearingPorts) {}

  hear(peer: string, channel: Channel, bytes: Uint8Array): void {
    const { neighbours, flood, exchange, search } = this.ports;
    const neighbour = neighbours.get(peer);
    const read = decodeMessage(bytes);
    if (!neighbour) {
      return;
    }
    if (read.kind === 'fault') {
      this.ports.refuse(read.fault === 'type' ? 'other-version' : 'garbled', peer);
      return;
    }
    const message = read.value;
    switch (message.type) {
      case 'envelope':
        if (this.hearEnvelope(peer, message.bytes)) {
          neighbour.hearing[channel].remember(message.bytes);
        }
        return;
      case 'short': {
        const whole = neighbour.hearing[channel].lengthen(message.reference, message.tail);
        if (whole) {
          this.hearEnvelope(peer, whole);
        } else {
          neighbour.say({ type: 'unknown', reference: message.reference });
          this.ports.refuse('unknown-head', peer);
        }
        return;
      }
      case 'announce':
        return flood.announced(peer, message.id, message.size, message.document);
      case 'pull':
        return flood.pulled(peer, message.id);
      case 'missing':
        return flood.missing(peer, message.id);
      case 'summary':
        return exchange.hearSummary(neighbour, message);
      case 'ask':
        return this.ports.delivery.hearAsk(neighbour, message);
      case 'entries':
        return this.ports.spread.hearEntries(neighbour, message)
          ? undefined
          : exchange.hearEntries(neighbour, message);
      case 'seek':
        return search.hearSeek(peer, message.id, message.document);
      case 'found':
        return search.hearFound(peer, message.document);
      case 'take':
        return search.hearTake(peer, message.document);
      case 'unknown':
        return neighbour.forget(message.reference);
      case 'who':
        return this.ports.company.hearWho(neighbour, message.known);
      case 'introduction':
        return this.ports.acquaintances.hear(message.bytes, who => {
          if (who) {
            neighbour.knows(who.session);
          } else {
            this.ports.refuse('forged', peer);
          }
        });
      case 'who-is':
        return this.ports.acquaintances.hearWhoIs(neighbour, message.session);
      case 'fork':
        return this.ports.changes.proofs.take(message.bytes, neighbour.peer, false);
      case 'statement':
      case 'knock':
      case 'admit':
        return this.ports.hearClass(peer, message.type, message.bytes);
    }
  }

  /** What somebody, neighbour or not, published. */
  hearStar(from: string, bytes: Uint8Array): void {
    const fault = this.ports.flood.hear(from, bytes, true);
    if (fault !== null) {
      this.ports.refuse(fault === 'version' ? 'other-version' : 'garbled', from);
    }
  }

  /** Whether it is an envelope. */
  private hearEnvelope(peer: string, bytes: Uint8Array): boolean {
    const fault = this.ports.flood.hear(peer, bytes);
    if (fault !== null) {
      this.ports.refuse(fault === 'version' ? 'other-version' : 'garbled', peer);
    }
    return fault === null;
  }
}
