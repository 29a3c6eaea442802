/** Coloured boxes in one layer of an editor, that move without the page's being laid out anew. */

export interface IBox {
  /** Which box it is, from one drawing to the next. */
  readonly key: string;
  readonly colour: number;
  /** In pixels, from the corner of the text. */
  readonly left: number;
  readonly top: number;
  readonly width: number | null;
  readonly height: number;
}

export class Shapes {
  constructor(
    layer: string,
    private readonly className: string,
    private readonly host: HTMLElement
  ) {
    this.dom.className = layer;
    this.dom.setAttribute('aria-hidden', 'true');
  }

  private readonly dom = document.createElement('div');
  private readonly shown = new Map<string, { node: HTMLElement; look: string; place: string }>();

  get count(): number {
    return this.shown.size;
  }

  draw(boxes: readonly IBox[]): void {
    const gone = new Set(this.shown.keys());
    for (const { key, colour, left, top, width, height } of boxes) {
      gone.delete(key);
      const shown = this.shown.get(key) ?? { node: document.createElement('div'), look: '', place: '' };
      const look = `${colour} ${width} ${height}`;
      if (look !== shown.look) {
        shown.look = look;
        shown.node.className = `${this.className} pb-mod-person${colour}`;
        shown.node.style.height = `${height}px`;
        shown.node.style.width = width === null ? '' : `${width}px`;
      }
      const place = `translate(${left}px, ${top}px)`;
      if (place !== shown.place) {
        shown.place = place;
        shown.node.style.transform = place;
      }
      if (!this.shown.has(key)) {
        this.shown.set(key, shown);
        this.dom.append(shown.node);
      }
    }
    gone.forEach(key => {
      this.shown.get(key)!.node.remove();
      this.shown.delete(key);
    });
    if (this.shown.size > 0 && !this.dom.parentElement) {
      this.host.append(this.dom);
    }
  }

  remove(): void {
    this.dom.remove();
    this.shown.clear();
  }
}
