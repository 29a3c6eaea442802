/**
 * Who one is in a class, remembered on this device: a name, and the id that outlives a page. Several people may share a
 * device; each keeps their own id. Until there are root keys an id is 16 random bytes.
 */
import { normalName } from '../core/roster/record';

export interface IIdentity {
  /** 32 hex digits. */
  readonly participant: string;
  /** One line, at most NAME_CHARS; never empty. */
  readonly name: string;
}

/** What is used of localStorage. */
export type INotes = Pick<Storage, 'getItem' | 'setItem'>;

/** People remembered on one device, the last one here first. */
const MOST = 12;
const PARTICIPANT = /^[0-9a-f]{32}$/;

export class Identities {
  /**
   * @param place the site's path: several sites can share a host, and so its storage
   * @param notes throws when used, or is null, where the browser keeps nothing
   * @param fill `crypto.getRandomValues`
   */
  constructor(
    private readonly place: string,
    private readonly notes: INotes | null,
    private readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown
  ) {}

  private memory: readonly IIdentity[] = [];

  /** Everybody remembered here, the last one first. */
  get all(): readonly IIdentity[] {
    try {
      const read: unknown = JSON.parse(this.notes?.getItem(this.key) ?? '[]');
      const kept = (Array.isArray(read) ? read : []).flatMap(each => identityOf(each) ?? []);
      return kept.length > 0 ? kept : this.memory;
    } catch {
      return this.memory;
    }
  }

  /** Who was here last. */
  get last(): IIdentity | null {
    return this.all[0] ?? null;
  }

  /** Takes the name on; the same name on the same device is the same participant. Null when nothing is left of the name. */
  take(typed: string): IIdentity | null {
    const name = normalName(typed);
    if (name === '') {
      return null;
    }
    const known = this.all.find(each => each.name === name);
    return this.put(known ?? { participant: this.newId(), name });
  }

  /** The same participant under another name. Null when nothing is left of the name. */
  rename(participant: string, typed: string): IIdentity | null {
    const name = normalName(typed);
    return name === '' ? null : this.put({ participant, name });
  }

  private put(identity: IIdentity): IIdentity {
    const others = this.all.filter(each => each.participant !== identity.participant);
    this.memory = [identity, ...others].slice(0, MOST);
    try {
      this.notes?.setItem(this.key, JSON.stringify(this.memory));
    } catch {
      // Kept while the page is open: it is asked again next time.
    }
    return identity;
  }

  private newId(): string {
    const bytes = new Uint8Array(16);
    this.fill(bytes);
    return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
  }

  private get key(): string {
    return `peerbook:people:${this.place}`;
  }
}

/** This browser's, for the site at `root`. */
export function browserIdentities(root: string): Identities {
  let notes: INotes | null = null;
  try {
    notes = localStorage;
  } catch {
    // Refused: names are kept while the page is open.
  }
  return new Identities(new URL(root, location.href).pathname, notes, bytes => crypto.getRandomValues(bytes));
}

function identityOf(value: unknown): IIdentity | null {
  const { participant, name } = (value ?? {}) as Record<string, unknown>;
  const isOne =
    typeof participant === 'string' &&
    PARTICIPANT.test(participant) &&
    typeof name === 'string' &&
    name !== '' &&
    normalName(name) === name;
  return isOne ? { participant, name } : null;
}
