/** The switch of what the class sees of everybody's own pages, for whoever teaches. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ITeaching } from '../membership';
import { make, setText } from '../panel/dom';
import { whenStated } from './doing';

type Sharing = Pick<ITeaching, 'outputsShared' | 'share'>;

export class SharingPart {
  constructor(
    private readonly trans: TranslationBundle,
    level: 'h2' | 'h3'
  ) {
    const label = make('label', 'pb-Switch');
    this.box.type = 'checkbox';
    this.box.setAttribute('role', 'switch');
    this.box.setAttribute('aria-describedby', (this.meaning.id = 'pb-class-sharing'));
    this.box.addEventListener('change', () => void this.turn());
    // While it is stated it stays as it was put. Not `disabled`: that takes the focus away.
    this.box.addEventListener('click', event => this.isBusy && event.preventDefault());
    label.append(
      this.box,
      make('span', '', trans.__("Show everyone's outputs of their own pages to the class"))
    );
    this.node.append(make(level, '', trans.__('Own pages')), label, this.meaning);
    this.node.hidden = true;
  }

  readonly node = make('section', 'pb-Class-section pb-Sharing');
  private readonly box = make('input');
  private readonly meaning = make('p', 'pb-Class-quiet');
  private teaching: Sharing | null = null;
  private isBusy = false;

  show(teaching: Sharing | null): void {
    this.teaching = teaching;
    this.node.hidden = teaching === null;
    if (teaching) {
      // Meanwhile it stands as it was put.
      this.box.checked = this.isBusy ? this.box.checked : teaching.outputsShared;
      setText(
        this.meaning,
        teaching.outputsShared
          ? this.trans.__('Each student reads on their page that the class sees what they run there.')
          : this.trans.__('What a student runs on their own page is seen by them and by who teaches.')
      );
    }
  }

  private async turn(): Promise<void> {
    const { teaching } = this;
    if (!teaching) {
      return;
    }
    this.isBusy = true;
    const stated = teaching.share(this.box.checked).catch(() => false);
    const isStated = await stated;
    this.isBusy = false;
    if (!isStated) {
      // What is so, and not what was wanted.
      this.box.checked = (this.teaching ?? teaching).outputsShared;
    }
    await whenStated(stated, this.trans);
  }
}
