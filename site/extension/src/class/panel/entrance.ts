/** The card of somebody who is not in the class yet: what they wait for, in words, and that they may work alone. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Listeners } from '../../connection/listeners';
import type { Role } from '../../core/class/roles';
import type { ISaid } from '../words';
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
  /** The teacher said no, or removed one. */
  | 'refused'
  /** Neither the server nor anybody of the class can be reached. */
  | 'away'
  | 'in';

export interface IEntering {
  readonly entrance: Entrance;
  /** Null before it is known. */
  readonly role?: Role | null;
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
    const safe = make('p', 'pb-Class-quiet', trans.__('What you wrote yourself stays on this device.'));
    const alone = make('a', 'pb-Class-link');
    alone.href = withoutFragment(location.href);
    alone.addEventListener('click', left);
    card.node.addEventListener('cancel', event => event.preventDefault());
    card.body.append(words, safe, alone);
    const show = (): void => {
      const isOver = entering.entrance === 'refused';
      card.title(isOver ? trans.__('You are not in this class') : trans.__('Coming into the class'));
      setText(words, entranceInWords(entering.entrance, trans, entering.role));
      setText(
        alone,
        isOver ? trans.__('Open your own copy') : trans.__('Work alone meanwhile, on your own copy')
      );
      safe.hidden = !isOver;
    };
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

/** What the class's panel says first when one is not in it, or not any more; null while one is. */
export function outsideInWords(
  { entrance, role }: Omit<IEntering, 'changed'>,
  trans: TranslationBundle
): ISaid | null {
  if (entrance === 'in' && role !== 'removed') {
    return null;
  }
  const isOver = entrance === 'refused' || role === 'removed';
  const text = isOver ? trans.__('You are not in this class') : trans.__('Waiting to come in');
  const why = [
    entranceInWords(isOver ? 'refused' : entrance, trans, role),
    ...(isOver ? [trans.__('What you wrote yourself stays on this device.')] : [])
  ];
  return { text, short: text, why: why.join(' '), tone: isOver ? 'warm' : 'quiet' };
}

export function entranceInWords(
  entrance: Entrance,
  trans: TranslationBundle,
  role: Role | null = null
): string {
  switch (entrance) {
    case 'asking':
      return trans.__('Asking the class to let you in...');
    case 'nobody':
      return trans.__(
        'Nobody who could let you in is here yet. Leave this page open: you are in as soon as somebody of the class comes.'
      );
    case 'door':
      return trans.__(
        'The door is closed. Whoever teaches sees your name and can let you in; you come in by yourself then.'
      );
    case 'refused':
      return role === 'removed'
        ? trans.__(
            'A teacher removed you from this class. You keep what you had until then; what comes after is not shown to you. If it was a mistake, tell them: they can let you back in.'
          )
        : trans.__('The teacher said: not now. You can ask them, and open the invite link again later.');
    case 'away':
      return trans.__(
        'The class cannot be reached. It is tried again by itself; the first time, somebody of the class must let you in.'
      );
    case 'in':
      return trans.__('You are in.');
  }
}
