/**
 * Who left outputs of which notebook: one record for each document of outputs, said by its author and kept by everybody
 * when the author has gone, so that those who come later know whom to look for. Bounded. docs/SPEC.md, OUT8.
 */
import { parseOutputsName } from '../document/name';
import { type IEnvelope, idText } from '../envelope/envelope';
import type { IHeardOf } from '../overlay/messages';
import type { Digest } from '../session';
import { type ISaid, STREAM_BYTES } from '../sync/latest';
import { decodeRecord } from './record';

/** Marks kept, the latest: thirty people in thirty notebooks. `marks` in docs/protocol.json. */
export const MOST_MARKS = 1000;

export interface IMark {
  /** The notebook's document. */
  readonly document: string;
  readonly participant: string;
  readonly name: string;
  /** When it was said, in milliseconds since 1970 by the author's clock. */
  readonly since: number;
}

interface IKept extends ISaid {
  readonly mark: IMark;
  readonly stream: string;
}

export class Marks {
  constructor(private readonly digest: Digest) {}

  private readonly kept = new Map<string, IKept>();

  /** Takes an envelope with a mark; whether it is one, and newer than what is known. */
  hear(envelope: IEnvelope, bytes: Uint8Array): boolean {
    const name = parseOutputsName(envelope.document);
    const read = decodeRecord(envelope.payload);
    if (!name || read.kind === 'fault' || read.value.participant !== name.participant) {
      return false;
    }
    const before = this.kept.get(envelope.document);
    if (before && before.mark.since >= read.value.since) {
      return false;
    }
    this.kept.set(envelope.document, {
      mark: { ...name, name: read.value.name, since: read.value.since },
      session: envelope.session,
      bytes: bytes.slice(),
      stream: before?.stream ?? this.streamOf(envelope.document)
    });
    if (this.kept.size > MOST_MARKS) {
      const [oldest] = [...this.kept].reduce((a, b) => (b[1].mark.since < a[1].mark.since ? b : a));
      this.kept.delete(oldest);
    }
    return true;
  }

  /** Of one notebook, or all. */
  of(document?: string): IMark[] {
    const marks = [...this.kept.values()].map(({ mark }) => mark);
    return document === undefined ? marks : marks.filter(mark => mark.document === document);
  }

  /** Documents of outputs that somebody left. */
  get names(): string[] {
    return [...this.kept.keys()];
  }

  known(): IHeardOf[] {
    return [...this.kept.values()].map(({ stream, mark }) => ({ stream, sequence: Math.max(0, mark.since) }));
  }

  newerThan(known: readonly IHeardOf[]): ISaid[] {
    const theirs = new Map(known.map(({ stream, sequence }) => [stream, sequence]));
    return [...this.kept.values()]
      .filter(({ stream, mark }) => mark.since > (theirs.get(stream) ?? -1))
      .map(({ session, bytes }) => ({ session, bytes }));
  }

  private streamOf(document: string): string {
    const hash = this.digest(new TextEncoder().encode(`mark ${document}`));
    return idText(hash.subarray(0, STREAM_BYTES));
  }
}
