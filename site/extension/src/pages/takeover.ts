/** "Take the class over with a recovery file": chosen as a file, or typed off a sheet of paper. */
import type { IInvitation } from '../core/class/invitation';
import type { IRecovery, RecoveryFault } from '../core/class/recovery';
import type { Read } from '../core/envelope/envelope';
import { find, setText } from './elements';
import { faultInWords } from './recovery';
import { reasonOf } from './start';
import { wordsOf } from './words';

export interface ITakeOverParts {
  readonly readRecovery: (text: string) => Promise<Read<IRecovery, RecoveryFault>>;
  /** Makes this device the one that owns the class; rejects with what to say when it could not. */
  readonly takeOver: (recovery: IRecovery) => Promise<IInvitation>;
  /** The class is this device's. */
  readonly done: (invitation: IInvitation, workshop: string) => void;
}

/** More than any recovery file: the rest is not looked at. */
const MOST_BYTES = 100_000;

export class TakeOver {
  constructor(private readonly parts: ITakeOverParts) {
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      void this.submit();
    });
    this.file.addEventListener('change', () => void this.load());
    this.typed.addEventListener('input', () => this.complain(''));
  }

  /** @param isOpen whether it is what to do next, and not one of many things */
  offer(isOpen: boolean): void {
    this.details.hidden = false;
    if (isOpen !== this.wasOpen) {
      this.wasOpen = isOpen;
      this.details.open = isOpen;
    }
  }

  hide(): void {
    this.details.hidden = true;
  }

  /** What is in the file is shown, so that what is wrong in it can be put right. */
  private async load(): Promise<void> {
    const [file] = this.file.files ?? [];
    if (!file) {
      return;
    }
    this.complain('');
    try {
      this.typed.value = await file.slice(0, MOST_BYTES).text();
    } catch (error) {
      this.complain(wordsOf(this.error, 'unreadable', { reason: reasonOf(error) }));
    }
  }

  private async submit(): Promise<void> {
    const text = this.typed.value;
    if (this.isBusy) {
      return;
    }
    if (text.trim() === '') {
      this.complain(wordsOf(this.error, 'nothing'));
      this.file.focus();
      return;
    }
    this.isBusy = true;
    this.button.setAttribute('aria-disabled', 'true');
    this.complain('');
    setText(this.said, wordsOf(this.said, 'doing'));
    try {
      const read = await this.parts.readRecovery(text);
      if (read.kind === 'fault') {
        this.complain(faultInWords(read.fault));
        this.typed.focus();
        return;
      }
      const invitation = await this.parts.takeOver(read.value);
      // It is as good as a key: not left lying about.
      this.form.reset();
      setText(this.said, wordsOf(this.said, 'done'));
      this.parts.done(invitation, read.value.workshop);
    } catch (error) {
      this.complain(wordsOf(this.error, 'failed', { reason: reasonOf(error) }));
    } finally {
      this.isBusy = false;
      this.button.removeAttribute('aria-disabled');
      if (this.error.textContent !== '') {
        setText(this.said, '');
      }
    }
  }

  private complain(words: string): void {
    setText(this.error, words);
    this.typed.toggleAttribute('aria-invalid', words !== '');
    if (words !== '') {
      this.typed.setAttribute('aria-invalid', 'true');
    }
  }

  private readonly details = find('class-take-over', HTMLDetailsElement);
  private readonly form = find('take-over-form', HTMLFormElement);
  private readonly file = find('take-over-file', HTMLInputElement);
  private readonly typed = find('take-over-text', HTMLTextAreaElement);
  private readonly button = find('take-over-button', HTMLButtonElement);
  private readonly said = find('take-over-said', HTMLElement);
  private readonly error = find('take-over-error', HTMLElement);
  private wasOpen = false;
  private isBusy = false;
}
