/** The invite link: as text, as a code, copied, and large for the wall. */
import { copyText } from './copy';
import { find, setText } from './elements';
import { drawLink, svgOf } from './qr';
import { wordsOf } from './words';

/** Names that have room beside the large code. */
const NAMES = 18;

export class Invite {
  constructor() {
    const dialog = find('class-dialog', HTMLDialogElement);
    find('class-copy', HTMLElement).addEventListener('click', () => void this.copy());
    find('class-large', HTMLElement).addEventListener('click', () => dialog.showModal());
    find('class-small', HTMLElement).addEventListener('click', () => dialog.close());
  }

  show(link: string, workshop: string): void {
    this.link.href = link;
    this.link.textContent = link;
    find('large-link', HTMLElement).textContent = link;
    find('large-workshop', HTMLElement).textContent = workshop;
    const drawing = drawLink(link);
    for (const id of ['class-qr', 'class-qr-large']) {
      const place = find(id, HTMLElement);
      place.replaceChildren(svgOf(drawing, wordsOf(place, 'words')));
    }
  }

  /**
   * Who came, for the wall, in the order of coming. Each name has its place; when there are more names than places, the
   * latest takes the place of the earliest, and no other moves.
   */
  arrive(names: readonly string[], count: string): void {
    setText(find('large-count', HTMLElement), count);
    const list = find('large-names', HTMLElement);
    const places: string[] = [];
    names.forEach((name, at) => (places[at % NAMES] = name));
    const more = names.length - places.length;
    const words = [...places, ...(more > 0 ? [wordsOf(list, 'more', { n: more })] : [])];
    while (list.children.length > words.length) {
      list.lastElementChild!.remove();
    }
    words.forEach((word, at) => {
      const item = list.children[at] ?? list.appendChild(document.createElement('li'));
      setText(item, word);
      item.setAttribute('dir', 'auto');
    });
  }

  private async copy(): Promise<void> {
    const said = find('class-copied', HTMLElement);
    said.textContent = '';
    const done = await copyText(this.link);
    said.textContent = wordsOf(said, done ? 'done' : 'select');
  }

  private readonly link = find('class-link', HTMLAnchorElement);
}
