/** Classes that were started on this device, so that closing the teacher's page loses none. */
import type { INotes } from '../class/identity';
import { readCode, type IInvitation } from '../core/class/invitation';
import type { Digest } from '../core/session';

export interface IStarted {
  readonly workshop: string;
  readonly invitation: IInvitation;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Whom the class knows the one who started it as: 32 hex digits. Theirs on this page also before they have a name. */
  readonly as: string;
}

/** Enough for a school's day; older ones go. */
const MOST = 8;
const PARTICIPANT = /^[0-9a-f]{32}$/;

export class Started {
  /** @param place the site's path; `notes` as for `Identities` */
  constructor(
    place: string,
    private readonly notes: INotes | null,
    private readonly digest: Digest
  ) {
    this.key = `peerbook:classes:${place}`;
  }

  /** The last one first. What somebody else wrote there is left out. */
  get all(): readonly IStarted[] {
    try {
      const read: unknown = JSON.parse(this.notes?.getItem(this.key) ?? '[]');
      return (Array.isArray(read) ? read : []).flatMap(each => this.read(each) ?? []).slice(0, MOST);
    } catch {
      return [];
    }
  }

  add(started: IStarted): void {
    const others = this.all.filter(each => each.invitation.code !== started.invitation.code);
    const kept = [started, ...others].slice(0, MOST).map(({ workshop, invitation, at, as }) => {
      return { workshop, code: invitation.code, at, as };
    });
    try {
      this.notes?.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Its link is in the address, and can be kept as a bookmark.
    }
  }

  find({ code }: Pick<IInvitation, 'code'>): IStarted | undefined {
    return this.all.find(each => each.invitation.code === code);
  }

  private read(value: unknown): IStarted | null {
    const { workshop, code, at, as } = (value ?? {}) as Record<string, unknown>;
    const isOne = typeof workshop === 'string' && typeof code === 'string' && typeof as === 'string';
    if (!isOne || !Number.isSafeInteger(at) || !PARTICIPANT.test(as)) {
      return null;
    }
    const invited = readCode(code, this.digest);
    return invited.kind === 'invited'
      ? { workshop, invitation: invited.invitation, at: at as number, as }
      : null;
  }

  private readonly key: string;
}
