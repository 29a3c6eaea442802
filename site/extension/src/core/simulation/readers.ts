/**
 * Who may read what in a lesson with teams, by what pages knew when it was written: nobody has a key that they were never
 * to have, and nobody reads what was written, with a key that they were not to have, after they were out.
 */
import { isOut } from '../class/permissions';
import type { Roles } from '../class/roles';
import { toHex } from '../tagged';
import type { ICourse, Pupil } from './pupil';
import { demand } from './verdict';

const WORDS = /<[^<>]*>/g;

/** The keys something was sealed with, by their SHA-256: the team's and the epoch's. */
interface ISealedWith {
  readonly author: string;
  readonly keys: readonly string[];
}

export class Readers {
  constructor(private readonly course: ICourse) {}

  /** Everybody who ever was here. */
  private readonly participants = new Set<string>();
  /** By a key's SHA-256, who was to have it in the eyes of anybody. */
  private readonly mayHave = new Map<string, Set<string>>();
  private readonly known = new WeakSet<Roles>();
  private readonly words = new Map<string, ISealedWith>();
  /** By team, all keys that something of it was sealed with. */
  private readonly used = new Map<string, Set<string>>();

  /** What these pages know now. */
  look(pupils: readonly Pupil[]): void {
    for (const pupil of pupils) {
      const { roles } = pupil.society;
      if (roles && (!this.known.has(roles) || !this.participants.has(pupil.participant))) {
        pupils.forEach(({ participant }) => this.participants.add(participant));
        this.known.add(roles);
        this.note(roles);
      }
    }
  }

  /** Whether somebody was ever to have a key. */
  has(participant: string, keyHash: Uint8Array): boolean {
    return this.mayHave.get(toHex(keyHash))?.has(participant) === true;
  }

  /** Somebody wrote in a team's document, words or not. */
  wrote({ participant, society: { keyring } }: Pupil, team: string, words: Iterable<string>): void {
    const { digest } = this.course.members;
    const [teamKey] = keyring.teamKeys(team);
    const [epochKey] = keyring.newest === null ? [] : keyring.epochKeys(keyring.newest);
    const keys = teamKey && epochKey ? [teamKey, epochKey].map(key => toHex(digest(key))) : [];
    const used = this.used.get(team) ?? new Set();
    keys.forEach(key => used.add(key));
    this.used.set(team, used);
    for (const word of words) {
      if (!this.words.has(word)) {
        this.words.set(word, { author: participant, keys });
      }
    }
  }

  /**
   * Teams that wrote with a key that does not count any more: whoever stated it was none to state it, as the class had
   * been taken over, which was not heard of yet. What is sealed with it nobody opens who has not got it already.
   */
  torn(roles: Roles): ReadonlySet<string> {
    const epochs = roles.epochs.flatMap(({ keyHash, others }) => [keyHash, ...others]);
    const torn = [...this.used].filter(([team, used]) => {
      const stated = new Set([...epochs, ...(roles.teams.get(team)?.keyHashes ?? [])].map(toHex));
      return !roles.teams.has(team) || [...used].some(key => !stated.has(key));
    });
    return new Set(torn.map(([team]) => team));
  }

  /** @throws Error when somebody has a key, or reads something, that is not for them. */
  check(pupils: readonly Pupil[]): void {
    const { digest } = this.course.members;
    for (const pupil of pupils) {
      const { name, participant, society, others } = pupil;
      const epochs = society.keyring.all().map(({ key }) => key);
      const teams = [...(society.roles?.teams.keys() ?? [])];
      const keys = [...epochs, ...teams.flatMap(team => society.keyring.teamKeys(team))];
      const foreign = keys.filter(key => !this.has(participant, digest(key)));
      demand(foreign.length === 0, `${name} has ${foreign.length} keys of others`);
      for (const { doc, name: own } of others.values()) {
        const shown = JSON.stringify(doc.getMap('cells').toJSON());
        for (const word of shown.match(WORDS) ?? []) {
          demand(this.isFor(participant, word), `${name} reads ${word}, which was not for them (${own})`);
        }
      }
    }
  }

  private isFor(participant: string, word: string): boolean {
    const sealed = this.words.get(word);
    const mayHave = (key: string): boolean => this.mayHave.get(key)?.has(participant) === true;
    return !sealed || sealed.author === participant || sealed.keys.every(mayHave);
  }

  private note(roles: Roles): void {
    const inside = [...this.participants].filter(each => !isOut(roles.roleOf(each)));
    for (const { keyHash, others } of roles.epochs) {
      [keyHash, ...others].forEach(hash => this.add(hash, inside));
    }
    for (const [team, { keyHashes }] of roles.teams) {
      const readers = inside.filter(each => roles.readsTeam(each, team));
      keyHashes.forEach(hash => this.add(hash, readers));
    }
  }

  private add(hash: Uint8Array, participants: readonly string[]): void {
    const name = toHex(hash);
    const before = this.mayHave.get(name) ?? new Set();
    participants.forEach(each => before.add(each));
    this.mayHave.set(name, before);
  }
}
