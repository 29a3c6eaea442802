/** "Save the recovery file": offered to whoever has it, and reminded of until it was saved once on this device. */
import type { INotes } from '../class/identity';
import type { ITeaching } from '../class/membership';
import { find, setText } from './elements';
import { wordsOf } from './words';

/** Classes of which it is remembered: more than a device starts in a year. */
const MOST = 200;

/** Of which classes the file was saved on this device. */
export class Saved {
  /** @param place the site's path; `notes` as for `Identities` */
  constructor(
    place: string,
    private readonly notes: INotes | null
  ) {
    this.key = `peerbook:recovery-saved:${place}`;
  }

  has(room: string): boolean {
    return this.all.includes(room);
  }

  add(room: string): void {
    this.memory = [room, ...this.all.filter(each => each !== room)].slice(0, MOST);
    try {
      this.notes?.setItem(this.key, JSON.stringify(this.memory));
    } catch {
      // Reminded of again next time.
    }
  }

  private get all(): readonly string[] {
    try {
      const read: unknown = JSON.parse(this.notes?.getItem(this.key) ?? '[]');
      const kept = (Array.isArray(read) ? read : []).filter(each => typeof each === 'string');
      return kept.length > 0 ? kept : this.memory;
    } catch {
      return this.memory;
    }
  }

  private readonly key: string;
  private memory: readonly string[] = [];
}

export interface IKeepingParts {
  readonly saved: Saved;
  /** Of the class: what is remembered is no secret. */
  readonly room: string;
  readonly workshop: string;
  readonly download: (name: string, text: string) => void;
}

export class Keeping {
  constructor(private readonly parts: IKeepingParts) {
    this.button.addEventListener('click', () => this.save());
  }

  /** @param teaching null for whoever does not teach */
  show(teaching: Pick<ITeaching, 'recoveryFile'> | null): void {
    const { saved, room, workshop } = this.parts;
    this.text = teaching?.recoveryFile(workshop) ?? null;
    this.section.hidden = this.text === null;
    const isSaved = saved.has(room);
    this.reminder.hidden = isSaved;
    this.button.classList.toggle('quiet', isSaved);
    setText(this.button, wordsOf(this.button, isSaved ? 'again' : 'first'));
  }

  private save(): void {
    const { saved, room, workshop, download } = this.parts;
    if (this.text === null) {
      return;
    }
    const name = `peerbook-recovery-${workshop.replace(/[^\w.-]+/g, '-')}.txt`;
    try {
      download(name, this.text);
    } catch {
      setText(this.said, wordsOf(this.said, 'failed'));
      return;
    }
    saved.add(room);
    this.reminder.hidden = true;
    setText(this.said, wordsOf(this.said, 'done', { name }));
  }

  private readonly section = find('class-recovery', HTMLElement);
  private readonly reminder = find('class-recovery-reminder', HTMLElement);
  private readonly button = find('class-recovery-save', HTMLButtonElement);
  private readonly said = find('class-recovery-said', HTMLElement);
  private text: string | null = null;
}

/** Hands a text to the browser as a file. */
export function downloadText(name: string, text: string, type = 'text/plain;charset=utf-8'): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
