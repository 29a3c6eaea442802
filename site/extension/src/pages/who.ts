/** "Is this you?": those who were here before as buttons, and one field for somebody else. */
import type { Identities, IIdentity } from '../class/identity';
import { findIn } from './elements';
import { wordsOf } from './words';

/** So many are offered; the others type their name again, and are who they were. */
const OFFERED = 4;

export class Who {
  /**
   * @param root as `who` in _class.html makes it: `[data-known]` with `[data-people]` and `[data-other]`, a form with one field
   * @param chosen who one is, also when nothing can be kept
   */
  constructor(
    root: HTMLElement,
    private readonly identities: Identities,
    private readonly chosen: (identity: IIdentity) => void,
    private readonly take: (typed: string) => IIdentity | null = typed => identities.take(typed)
  ) {
    this.known = findIn(root, '[data-known]', HTMLElement);
    this.people = findIn(root, '[data-people]', HTMLElement);
    this.form = findIn(root, 'form', HTMLFormElement);
    this.field = findIn(root, 'input', HTMLInputElement);
    this.error = findIn(root, '[data-error]', HTMLElement);
    this.other = findIn(root, '[data-other]', HTMLButtonElement);
    this.other.addEventListener('click', () => this.askName());
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener('input', () => this.complain(false));
  }

  /** As it is now: with the people this device remembers, or with the field. */
  show(): void {
    const people = this.identities.all.slice(0, OFFERED);
    this.people.replaceChildren(...people.map((identity, index) => this.button(identity, index === 0)));
    this.known.hidden = people.length === 0;
    this.form.hidden = people.length > 0;
    this.other.hidden = false;
    this.complain(false);
  }

  /** Where to go on by keyboard. */
  focus(): void {
    (this.form.hidden ? this.people.querySelector('button') : this.field)?.focus();
  }

  private button(identity: IIdentity, isFirst: boolean): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = isFirst ? 'button' : 'button quiet';
    button.textContent = wordsOf(this.people, 'as', { name: identity.name });
    button.dir = 'auto';
    button.addEventListener('click', () => this.chosen(this.bringForward(identity)));
    return button;
  }

  /** Who was here last is offered first, and is who a notebook opens for. */
  private bringForward({ participant, name }: IIdentity): IIdentity {
    return this.identities.rename(participant, name) ?? { participant, name };
  }

  private askName(): void {
    this.other.hidden = true;
    this.form.hidden = false;
    this.field.focus();
  }

  private submit(): void {
    const identity = this.take(this.field.value);
    if (identity) {
      this.chosen(identity);
    } else {
      this.complain(true);
      this.field.focus();
    }
  }

  private complain(isWrong: boolean): void {
    // The text is put in when it is wrong: an alert is read out when it changes.
    this.error.textContent = isWrong ? wordsOf(this.error, 'words') : '';
    this.field.toggleAttribute('aria-invalid', isWrong);
  }

  private readonly known: HTMLElement;
  private readonly people: HTMLElement;
  private readonly form: HTMLFormElement;
  private readonly field: HTMLInputElement;
  private readonly error: HTMLElement;
  private readonly other: HTMLButtonElement;
}
