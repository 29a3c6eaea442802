/** The card of somebody who is not in the class yet: what they wait for, in words, and that they may work alone. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Listeners } from '../../connection/listeners';
import { openCard, withoutFragment } from './card';
import { make, setText } from './dom';

/** How far somebody is who wants to come in. */
export type Entrance =
  /** Somebody of the class was asked, or will be in a moment. */
  | 'asking'
  /** Nobody is here who could let anybody in. */
  | 'nobody'
  /** The teacher sees who waits. */
  | 'door'
  /** The teacher said no. */
  | 'refused'
  /** Neither the server nor anybody of the class can be reached. */
  | 'away'
  | 'in';

export interface IEntering {
  readonly entrance: Entrance;
  readonly changed: Listeners<[]>;
}

/** A card that opens and closes by itself in a moment is a flicker. */
const CALM_MS = 600;

/**
 * Resolves once one is in. Until then a card says why one is not; whoever would rather be alone follows its link.
 *
 * @param left they do
 */
export function waitToEnter(
  entering: IEntering,
  trans: TranslationBundle,
  left: () => void = () => undefined
): Promise<void> {
  if (entering.entrance === 'in') {
    return Promise.resolve();
  }
  return new Promise(resolve => {
    const card = openCard('pb-class-entrance', trans.__('Coming into the class'));
    const words = make('p');
    words.setAttribute('role', 'status');
    const alone = make('a', 'pb-Class-link', trans.__('Work alone meanwhile, on your own copy'));
    alone.href = withoutFragment(location.href);
    alone.addEventListener('click', left);
    card.node.addEventListener('cancel', event => event.preventDefault());
    card.body.append(words, alone);
    const show = (): void => setText(words, entranceInWords(entering.entrance, trans));
    show();
    const opening = setTimeout(() => card.open(null), CALM_MS);
    const cancel = entering.changed.add(() => {
      show();
      if (entering.entrance === 'in') {
        cancel();
        clearTimeout(opening);
        card.close();
        resolve();
      }
    });
  });
}

export function entranceInWords(entrance: Entrance, trans: TranslationBundle): string {
  switch (entrance) {
    case 'asking':
      return trans.__('Asking the class to let you in...');
    case 'nobody':
      return trans.__(
        'Nobody who could let you in is here yet. Leave this page open: you are in as soon as somebody of the class comes.'
      );
    case 'door':
      return trans.__('The door is closed. The teacher sees your name and can let you in.');
    case 'refused':
      return trans.__('The teacher did not let you in.');
    case 'away':
      return trans.__(
        'The class cannot be reached. It is tried again by itself; the first time, somebody of the class must let you in.'
      );
    case 'in':
      return trans.__('You are in.');
  }
}
