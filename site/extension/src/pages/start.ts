/** The button that starts a class: says that it does, and when it could not. */
import type { IInvitation } from '../core/class/invitation';
import { setText } from './elements';
import { wordsOf } from './words';

export interface IStartParts {
  readonly button: HTMLElement;
  /** Where it is said, with `data-doing` and `data-failed`; a status. */
  readonly said: HTMLElement;
  readonly found: () => Promise<IInvitation>;
  /** Goes into the class. */
  readonly go: (invitation: IInvitation) => void;
}

export class Start {
  constructor(private readonly parts: IStartParts) {
    parts.button.addEventListener('click', event => {
      event.preventDefault();
      void this.start();
    });
  }

  private isStarting = false;

  private async start(): Promise<void> {
    if (this.isStarting) {
      return;
    }
    const { button, said, found, go } = this.parts;
    this.isStarting = true;
    button.setAttribute('aria-disabled', 'true');
    said.classList.remove('wrong');
    setText(said, wordsOf(said, 'doing'));
    try {
      const invitation = await found();
      setText(said, '');
      go(invitation);
    } catch (error) {
      said.classList.add('wrong');
      setText(said, wordsOf(said, 'failed', { reason: reasonOf(error) }));
    } finally {
      this.isStarting = false;
      button.removeAttribute('aria-disabled');
    }
  }
}

/** What an error says, on one line. */
export function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.replace(/\s+/g, ' ').trim().slice(0, 200) || 'Error';
}
