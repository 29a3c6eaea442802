/** Asks once, in words, before somebody is removed; and offers to close the door behind them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITeaching } from '../membership';
import { openCard } from '../panel/card';
import { make, makeButton } from '../panel/dom';
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
  // Before the question is there: nothing moves under a finger.
  const isHere = await teaching.hasOf(participant).finally(() => (asking = null));
  const card = openCard('pb-class-removal', trans.__('Remove %1 from the class?', name));
  const end = (isRemoved: boolean): void => {
    card.close();
    done(isRemoved);
  };
  const remove = (): void => {
    teaching.give(participant, 'removed');
    end(true);
  };
  const keep = makeButton(trans.__('Keep them in the class'), () => end(false));
  const answers = make('p', 'pb-Card-people');
  if (teaching.door === 'open') {
    answers.append(
      makeButton(trans.__('Remove and close the door'), () => {
        // First the door: removing makes new keys for the door as it is then.
        teaching.setDoor('closed');
        remove();
      }),
      makeButton(trans.__('Remove, and leave the door open'), remove)
    );
  } else {
    answers.append(makeButton(trans.__('Remove from the class'), remove));
  }
  answers.append(keep);
  const said = removalInWords(name, teaching.door, isHere, trans);
  card.body.append(...said.map(words => make('p', '', words)), answers);
  card.node.addEventListener('cancel', event => {
    event.preventDefault();
    end(false);
  });
  card.open(keep);
}
