/** How this works, on one screen. */
import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

export async function showHelp(trans: TranslationBundle): Promise<void> {
  const body = new Widget({ node: document.createElement('ul') });
  body.addClass('pb-Help');
  const sentences = [
    trans.__('Read, and press Run when a grey box with code has the frame. Shift and Enter do the same.'),
    trans.__('Change whatever you like: this is your copy, and you cannot break anything for others.'),
    trans.__('What you write is kept on this device as you type. There is nothing to save.'),
    trans.__('Something runs for ever? Press Stop. Your variables are still there.'),
    trans.__('+ Cell adds a box below. Choose Text instead of Code to write notes.'),
    trans.__('Python runs inside this page. Nothing you type is sent anywhere.')
  ];
  body.node.append(
    ...sentences.map(sentence => {
      const item = document.createElement('li');
      item.textContent = sentence;
      return item;
    })
  );
  await showDialog({
    title: trans.__('How this works'),
    body,
    buttons: [Dialog.okButton({ label: trans.__('Good') })]
  });
}
