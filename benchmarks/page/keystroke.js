// One editor in a page, bound to a Y.Text: when keys went down here, and when what came was in the DOM and in a frame.
import { EditorView } from '@codemirror/view';
import { yCollab } from 'y-codemirror.next';
import * as Y from 'yjs';
import { join } from './members';

const NAME = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
// Milliseconds since 1970, the same for every page of one browser.
const at = ms => performance.timeOrigin + ms;

export function open(way, address, room) {
  const doc = new Y.Doc();
  const text = doc.getText('source');
  const view = new EditorView({ extensions: [yCollab(text, null)], parent: document.body });
  const me = { ...join(way, address, room, { [NAME]: doc }), keys: [], seen: [], frames: [], view };
  addEventListener('keydown', event => me.keys.push(at(event.timeStamp)), true);
  // The how-many-th character came when: the first time that so many are in the DOM, the first frame after that.
  let length = 0;
  new MutationObserver(() => {
    const { length: now } = view.contentDOM.textContent;
    const from = length;
    length = Math.max(length, now);
    for (let index = from; index < now; index += 1) {
      me.seen[index] = at(performance.now());
    }
    if (now > from) {
      requestAnimationFrame(() => {
        for (let index = from; index < now; index += 1) {
          me.frames[index] = at(performance.now());
        }
      });
    }
  }).observe(view.contentDOM, { childList: true, characterData: true, subtree: true });
  globalThis.me = me;
}
