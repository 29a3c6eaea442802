/** Oneself: the name the class sees, changing it, and leaving. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { make, makeButton, setText } from './dom';

export interface IMyselfActs {
  /** False when nothing is left of the name. */
  rename(name: string): boolean;
  becomeSomebodyElse(): void;
  leave(): void;
}

export class Myself {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly acts: IMyselfActs
  ) {
    this.field.setAttribute('autocomplete', 'nickname');
    this.field.maxLength = 200;
    this.field.id = 'pb-class-name';
    this.fault.id = 'pb-class-name-fault';
    this.fault.setAttribute('role', 'alert');
    this.field.setAttribute('aria-describedby', this.fault.id);
    const label = make('label', '', trans.__('Your name in this class'));
    label.htmlFor = this.field.id;
    const save = make('button', '', trans.__('Save'));
    save.type = 'submit';
    const buttons = make('p', 'pb-Class-actions');
    buttons.append(
      save,
      makeButton(trans.__('Cancel'), () => this.ask('nothing'))
    );
    this.form.append(label, this.field, this.fault, buttons);
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      this.save();
    });
    const answers = make('p', 'pb-Class-actions');
    this.stay = makeButton(trans.__('Stay'), () => this.ask('nothing'));
    answers.append(
      makeButton(trans.__('Leave'), () => acts.leave()),
      this.stay
    );
    this.confirm.setAttribute('role', 'group');
    this.confirm.setAttribute('aria-label', trans.__('Leave the class?'));
    this.confirm.append(this.question, answers);
    this.renameButton = makeButton(trans.__('Change your name'), () => this.ask('name'));
    this.leaveButton = makeButton(trans.__('Leave the class'), () => this.ask('leaving'));
    const somebodyElse = makeButton(trans.__('Somebody else'), () => acts.becomeSomebodyElse());
    somebodyElse.title = trans.__('Another person goes on here, under their own name');
    this.plain.append(this.renameButton, somebodyElse, this.leaveButton);
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this.asked !== 'nothing') {
        event.stopPropagation();
        this.ask('nothing');
      }
    });
    this.node.append(make('h3', '', trans.__('You')), this.words, this.plain, this.form, this.confirm);
    this.ask('nothing');
  }

  readonly node = make('section', 'pb-Class-section pb-Myself');
  private readonly words = make('p');
  private readonly plain = make('p', 'pb-Class-actions');
  private readonly form = make('form', 'pb-Myself-form');
  private readonly field = make('input');
  private readonly fault = make('p', 'pb-Class-fault');
  private readonly confirm = make('div', 'pb-Myself-confirm');
  private readonly question = make('p');
  private readonly stay: HTMLButtonElement;
  private readonly renameButton: HTMLButtonElement;
  private readonly leaveButton: HTMLButtonElement;
  private asked: 'nothing' | 'name' | 'leaving' = 'nothing';
  private name = '';

  /** @param isOut whether one was removed: then nobody sees a name, and the link brings nobody back by itself */
  show(name: string, isOut = false): void {
    const { trans } = this;
    this.name = name;
    setText(
      this.words,
      isOut
        ? trans.__('The class knew you as %1. You are not in it any more.', name)
        : trans.__('The class sees you as %1.', name)
    );
    setText(
      this.question,
      isOut
        ? trans.__(
            'Leave the class? Your own copy of this notebook opens. What was written together until you were removed stays on this device. A teacher can let you back in.'
          )
        : trans.__(
            'Leave the class? Your own copy of this notebook opens. What was written together stays with the class and on this device, and the invite link brings you back.'
          )
    );
    if (isOut && this.asked === 'name') {
      this.ask('nothing');
    }
    this.renameButton.hidden = isOut;
  }

  private ask(what: 'nothing' | 'name' | 'leaving'): void {
    const before = this.asked;
    this.asked = what;
    this.plain.hidden = what !== 'nothing';
    this.form.hidden = what !== 'name';
    this.confirm.hidden = what !== 'leaving';
    setText(this.fault, '');
    if (what === 'name') {
      this.field.value = this.name;
      this.field.focus();
      this.field.select();
    } else if (what === 'leaving') {
      this.stay.focus();
    } else if (before !== 'nothing') {
      (before === 'name' ? this.renameButton : this.leaveButton).focus();
    }
  }

  private save(): void {
    if (this.acts.rename(this.field.value)) {
      this.ask('nothing');
    } else {
      setText(this.fault, this.trans.__('A name needs a letter or a number at least.'));
      this.field.focus();
    }
  }
}
