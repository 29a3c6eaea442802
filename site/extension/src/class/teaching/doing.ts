/** What whoever teaches does takes as long as looking up what this browser keeps: until then it is not said to be done. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { openCard } from '../panel/card';
import { make, makeButton, setText } from '../panel/dom';

/** A wait that is longer shows that something goes on. */
export const WAIT_MS = 700;

const FAILED = 'pb-class-failed';

/** @param done whether it was stated; @param then what follows when it was */
export async function whenStated(
  done: Promise<boolean>,
  trans: TranslationBundle,
  then: () => void = () => undefined
): Promise<void> {
  if (await done) {
    then();
  } else {
    showFailed(trans);
  }
}

/**
 * A button that does it: pressed twice it does it once, and after a while it says that it goes on.
 *
 * @param text what stands on it, as it is now: doing it may make it another
 * @param words what stands on it while it goes on
 */
export function makeDoer(
  text: string | (() => string),
  words: string | (() => string),
  act: () => Promise<unknown>,
  className = ''
): HTMLButtonElement {
  let isBusy = false;
  const now = (either: string | (() => string)): string => (typeof either === 'string' ? either : either());
  const button = makeButton(
    now(text),
    () => {
      if (isBusy) {
        return;
      }
      isBusy = true;
      // Not `disabled`: that takes the focus away.
      button.setAttribute('aria-disabled', 'true');
      const waiting = setTimeout(() => setText(button, now(words)), WAIT_MS);
      void act().finally(() => {
        isBusy = false;
        clearTimeout(waiting);
        button.removeAttribute('aria-disabled');
        setText(button, now(text));
      });
    },
    className
  );
  return button;
}

/** Where it cannot be overlooked, once. */
function showFailed(trans: TranslationBundle): void {
  if (document.getElementById(FAILED)) {
    return;
  }
  const card = openCard(FAILED, trans.__('This could not be done'));
  const words = trans.__(
    'The class was not told, or not of all of it. Reload the page, look how it is now, and try again.'
  );
  const close = makeButton(trans.__('Close'), () => card.close());
  card.body.append(make('p', '', words), close);
  card.node.addEventListener('cancel', event => {
    event.preventDefault();
    card.close();
  });
  card.open(close);
}
