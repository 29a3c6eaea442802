/** The line above a notebook that one only reads: as high as its words are, on a narrow page too. */
import { Widget } from '@lumino/widgets';

export class ReadingLine extends Widget {
  constructor() {
    super();
    this.addClass('pb-ReadingLine');
    this.node.setAttribute('role', 'status');
    this.node.append(this.words);
  }

  private readonly words = document.createElement('p');

  say(words: string): void {
    this.words.textContent = words;
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
    const height = this.isVisible ? this.words.offsetHeight : 0;
    const asked = height > 0 ? `${height}px` : '';
    if (this.node.style.minHeight !== asked) {
      this.node.style.minHeight = asked;
      this.parent?.fit();
    }
  }
}
