/** Asks once, in words, before somebody is removed; and offers to close the door behind them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITeaching } from '../membership';
import { openCard } from '../panel/card';
import { make, makeButton, setText } from '../panel/dom';
import { WAIT_MS, whenStated } from './doing';
import { removalInWords } from './words';

type Removing = Pick<ITeaching, 'door' | 'hasOf' | 'give' | 'setDoor'>;

/** Of whom it is being looked up what is here: pressed twice, it asks once. */
let asking: string | null = null;

/** @param done whether they were removed; then the focus is nobody's */
export async function askRemoval(
  { participant, name }: { readonly participant: string; readonly name: string },
  teaching: Removing,
  trans: TranslationBundle,
  done: (isRemoved: boolean) => void = () => undefined
): Promise<void> {
  if (asking === participant) {
    return;
  }
  asking = participant;
  const card = openCard('pb-class-removal', trans.__('Remove %1 from the class?', name));
  let [isOver, isBusy] = [false, false];
  const end = (isRemoved: boolean): void => {
    isOver = true;
    card.close();
    done(isRemoved);
  };
  card.node.addEventListener('cancel', event => {
    event.preventDefault();
    if (!isBusy) {
      end(false);
    }
  });
  // Nothing to press is there before the question is: nothing moves under a finger.
  const looking = make('p', 'pb-Class-quiet', trans.__('Looking up what is kept...'));
  looking.setAttribute('role', 'status');
  const waiting = setTimeout(() => {
    card.body.append(looking);
    card.open(null);
  }, WAIT_MS);
  const isHere = await teaching.hasOf(participant).finally(() => {
    clearTimeout(waiting);
    asking = null;
  });
  if (isOver) {
    return;
  }
  const said = removalInWords(name, teaching.door, isHere, trans).map(words => make('p', '', words));
  const answers = make('p', 'pb-Card-people');
  const going = make('p', 'pb-Class-quiet');
  going.setAttribute('role', 'status');
  const answer = (text: string, closesDoor: boolean): HTMLButtonElement =>
    makeButton(text, () => {
      if (isBusy) {
        return;
      }
      isBusy = true;
      answers.querySelectorAll('button').forEach(each => each.setAttribute('aria-disabled', 'true'));
      const slow = setTimeout(() => setText(going, trans.__('Looking up what is kept...')), WAIT_MS);
      const isStated = async (state: () => Promise<boolean>): Promise<boolean> => {
        try {
          return await state();
        } catch {
          return false;
        }
      };
      // First the door: removing makes new keys for the door as it is then. Where it stays open, they are out all the same.
      const closed = isStated(async () => !closesDoor || (await teaching.setDoor('closed')));
      const given = closed.then(() => isStated(() => teaching.give(participant, 'removed')));
      const all = Promise.all([closed, given]).then(each => each.every(isDone => isDone));
      void given
        .finally(() => clearTimeout(slow))
        .then(end)
        .then(() => whenStated(all, trans));
    });
  if (teaching.door === 'open') {
    answers.append(
      answer(trans.__('Remove and close the door'), true),
      answer(trans.__('Remove, and leave the door open'), false)
    );
  } else {
    answers.append(answer(trans.__('Remove from the class'), false));
  }
  const keep = makeButton(trans.__('Keep them in the class'), () => {
    if (!isBusy) {
      end(false);
    }
  });
  answers.append(keep);
  card.body.replaceChildren(...said, answers, going);
  if (card.node.isConnected) {
    keep.focus();
  } else {
    card.open(keep);
  }
}
