/** The line above a notebook that one only reads: as high as its words are, on a narrow page too. */
import { Widget } from '@lumino/widgets';

export class ReadingLine extends Widget {
  /** @param reload what is offered where only a new page helps */
  constructor(reload: { readonly words: string; readonly act: () => void }) {
    super();
    this.addClass('pb-ReadingLine');
    this.node.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.className = 'pb-ReadingLine-reload';
    this.button.textContent = reload.words;
    this.button.hidden = true;
    this.button.addEventListener('click', reload.act);
    this.link.className = 'pb-ReadingLine-go';
    this.link.hidden = true;
    this.said.append(this.words, this.link, this.button);
    this.said.className = 'pb-ReadingLine-said';
    this.node.append(this.said);
  }

  private readonly said = document.createElement('div');
  private readonly words = document.createElement('p');
  private readonly link = document.createElement('a');
  private readonly button = document.createElement('button');

  /** @param way where one goes on from there */
  say(
    words: string,
    needsReload = false,
    way: { readonly words: string; readonly href: string } | null = null
  ): void {
    this.words.textContent = words;
    this.button.hidden = !needsReload;
    this.link.hidden = way === null;
    this.link.textContent = way?.words ?? '';
    this.link.href = way?.href ?? '';
    this.measure();
  }

  protected override onAfterShow(): void {
    this.measure();
  }

  /** Its width is another one. */
  protected override onResize(): void {
    this.measure();
  }

  /** The layout around it gives a widget the height that it asks for, and cuts off what is longer. */
  private measure(): void {
    const height = this.isVisible ? this.said.offsetHeight : 0;
    const asked = height > 0 ? `${height}px` : '';
    if (this.node.style.minHeight !== asked) {
      this.node.style.minHeight = asked;
      this.parent?.fit();
    }
  }
}
