/** The cards before a class: who comes in, and what to do with a link that is damaged. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { digest } from 'lib0/hash/sha256';
import type { Branch } from '../../core/document/name';
import { fragmentOf, type Invited, readCode, readFragment } from '../../core/class/invitation';
import type { Identities, IIdentity } from '../identity';
import { openCard, withoutFragment } from './card';
import { make, makeButton, setText } from './dom';

/** So many are offered; others type their name again and are who they were. */
const OFFERED = 4;

/** Which of the class's pages a link leads to. */
export interface IGoal {
  readonly branch: Branch;
  /** Whose own page, where the link names somebody: a participant, or null. */
  readonly pageOwner: string | null;
  /** Whether it is a team's page, and not everyone's. */
  readonly isTeam?: boolean;
}

/** Asks on a card who comes in. Resolves once somebody said it; whoever would rather be alone follows a link. */
export function askName(identities: Identities, trans: TranslationBundle, goal: IGoal): Promise<IIdentity> {
  return new Promise(resolve => {
    const card = openCard('pb-class-join', trans.__('Join the class'));
    const done = (identity: IIdentity): void => {
      card.close();
      resolve(identity);
    };
    // Whoever closes this has answered nothing: there is a link for going on alone.
    card.node.addEventListener('cancel', event => event.preventDefault());
    card.body.append(
      make(
        'p',
        '',
        [
          goalInWords(goal, trans),
          trans.__(
            'Everything in the class is sealed: whoever runs the server cannot read it. The copy you work on alone stays as it is.'
          )
        ].join(' ')
      )
    );
    const known = identities.all.slice(0, OFFERED);
    const form = nameForm(trans, typed => {
      const identity = identities.take(typed);
      if (identity) {
        done(identity);
      }
      return identity !== null;
    });
    const alone = make('a', 'pb-Class-link', trans.__('Rather work alone, on your own copy'));
    alone.href = withoutFragment(location.href);
    if (known.length > 0) {
      const people = make('p', 'pb-Card-people');
      const others = makeButton(trans.__('Somebody else'), () => {
        others.hidden = true;
        form.node.hidden = false;
        form.field.focus();
      });
      for (const { participant, name } of known) {
        const words = trans.__('Join as %1', name);
        const choose = makeButton(words, () =>
          done(identities.rename(participant, name) ?? { participant, name })
        );
        choose.dir = 'auto';
        people.append(choose);
      }
      people.append(others);
      form.node.hidden = true;
      card.body.append(make('p', '', trans.__('Is this you?')), people);
    }
    card.body.append(
      form.node,
      make('p', 'pb-Class-quiet', trans.__('The class sees your name. It is remembered on this device.')),
      alone
    );
    card.open(known.length > 0 ? null : form.field);
  });
}

function goalInWords({ branch, pageOwner, isTeam }: IGoal, trans: TranslationBundle): string {
  switch (branch) {
    case 'lecture':
      return trans.__('You come to the lecture, which only the teachers write.');
    case 'mine':
      return pageOwner === null
        ? trans.__(
            'You come to your own page in the class: you write it, and only you and the teachers read it.'
          )
        : trans.__(
            "You come to somebody's own page, which only they write, and only they and the teachers read."
          );
    case 'team':
      return isTeam
        ? trans.__("You come to a team's page, which its members write.")
        : trans.__("You come to everyone's page, which all in the class write.");
  }
}

/** Says that the link is damaged, what is safe and what to do; the notebook opens as one's own behind it. */
export function showDamaged(
  invited: Extract<Invited, { kind: 'damaged' }>,
  trans: TranslationBundle,
  page: Pick<Window, 'location'> = window
): void {
  const card = openCard('pb-class-damaged', trans.__('This invite link is damaged'));
  const what =
    invited.given === ''
      ? trans.__('Its end is missing: nothing is left of the part that names the class.')
      : trans.__('A part of it is missing or mistyped, so that it names no class: %1', invited.given);
  const form = make('form', 'pb-Card-form');
  const label = make('label', '', trans.__('The whole link, or its code'));
  const field = make('input');
  const fault = make('p', 'pb-Class-fault');
  const actions = make('p', 'pb-Class-actions');
  const join = make('button', 'pb-mod-first', trans.__('Join the class'));
  join.type = 'submit';
  label.htmlFor = field.id = 'pb-class-whole-link';
  fault.id = 'pb-class-link-fault';
  fault.setAttribute('role', 'alert');
  field.setAttribute('aria-describedby', fault.id);
  field.setAttribute('autocomplete', 'off');
  field.spellcheck = false;
  const alone = (): void => {
    card.close();
    // Read anew without the class: the links to other steps carry it too.
    page.location.replace(withoutFragment(page.location.href));
  };
  actions.append(join, makeButton(trans.__('Go on alone'), alone));
  form.append(label, field, fault, actions);
  form.addEventListener('submit', event => {
    event.preventDefault();
    const found = readLink(field.value);
    if (found.kind === 'invited') {
      page.location.hash = fragmentOf(found.invitation);
      page.location.reload();
    } else {
      setText(
        fault,
        trans.__('This names no class either. Copy the link once more, from its first letter to its last.')
      );
      field.focus();
    }
  });
  card.node.addEventListener('cancel', event => {
    event.preventDefault();
    alone();
  });
  card.body.append(
    make('p', '', what),
    make('p', '', trans.__('Nothing is lost: the notebook opens as your own copy, and you are in no class.')),
    make('p', '', trans.__('Open the link again where you got it, or put the whole of it in here.')),
    form
  );
  card.open(field);
}

/** What somebody pasted: a link, its fragment, or the code alone. */
function readLink(typed: string): Invited {
  const text = typed.trim();
  const at = text.indexOf('#');
  return at >= 0 ? readFragment(text.slice(at), digest) : readCode(text.replace(/^class=/, ''), digest);
}

function nameForm(
  trans: TranslationBundle,
  take: (typed: string) => boolean
): { node: HTMLFormElement; field: HTMLInputElement } {
  const node = make('form', 'pb-Card-form');
  const label = make('label', '', trans.__('Your name'));
  const field = make('input');
  const fault = make('p', 'pb-Class-fault');
  const join = make('button', 'pb-mod-first', trans.__('Join the class'));
  join.type = 'submit';
  label.htmlFor = field.id = 'pb-class-your-name';
  fault.id = 'pb-class-your-name-fault';
  fault.setAttribute('role', 'alert');
  field.setAttribute('aria-describedby', fault.id);
  field.setAttribute('autocomplete', 'nickname');
  field.required = true;
  node.noValidate = true;
  node.append(label, field, fault, join);
  node.addEventListener('submit', event => {
    event.preventDefault();
    if (!take(field.value)) {
      setText(fault, trans.__('A name needs a letter or a number at least.'));
      field.setAttribute('aria-invalid', 'true');
      field.focus();
    }
  });
  return { node, field };
}
