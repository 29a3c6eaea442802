/** The class is to be this device's: what that still waits for, in words, and the way to wait no longer. */
import type { TakingOverState } from '../class/takingover';
import { find, setText } from './elements';
import { wordsOf } from './words';

export class Waiting {
  constructor() {
    this.anyway.addEventListener('click', () => {
      this.anyway.disabled = true;
      this.goOn();
    });
  }

  /** @param state null while nothing is taken over */
  show(state: TakingOverState | null, goOn: () => void): void {
    this.goOn = goOn;
    this.node.hidden = state === null;
    if (state === null) {
      return;
    }
    setText(this.words, wordsOf(this.words, state));
    const mayGoOn = state === 'alone' || state === 'empty';
    this.choice.hidden = !mayGoOn;
    if (!mayGoOn) {
      this.anyway.disabled = false;
    }
  }

  private goOn: () => void = () => undefined;
  private readonly node = find('class-taking-over', HTMLElement);
  private readonly words = find('class-taking-over-words', HTMLElement);
  private readonly choice = find('class-taking-over-choice', HTMLElement);
  private readonly anyway = find('class-taking-over-anyway', HTMLButtonElement);
}
