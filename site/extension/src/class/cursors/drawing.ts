/**
 * One pass a frame over all editors with something new in them: first everything is measured, then everything is drawn. Measuring
 * after drawing makes the browser lay out the page again, and that for each editor.
 */

/** Somebody who draws what they measured. */
export interface IDrawn {
  measure(): void;
  draw(): void;
}

export class Drawing {
  constructor(
    private readonly request: (then: () => void) => number = requestAnimationFrame.bind(globalThis),
    private readonly cancel: (frame: number) => void = cancelAnimationFrame.bind(globalThis)
  ) {}

  private readonly wanted = new Set<IDrawn>();
  private frame = 0;

  /** In the next frame, however often it is asked for. */
  want(drawn: IDrawn): void {
    this.wanted.add(drawn);
    if (this.frame === 0) {
      this.frame = this.request(() => {
        this.frame = 0;
        const all = [...this.wanted];
        this.wanted.clear();
        all.forEach(each => each.measure());
        all.forEach(each => each.draw());
      });
    }
  }

  forget(drawn: IDrawn): void {
    this.wanted.delete(drawn);
  }

  dispose(): void {
    this.wanted.clear();
    this.cancel(this.frame);
  }
}
