/** What somebody was told on this device already, in this class: not told again on the next page. */
import type { IIdentity } from '../identity';

export class Told {
  /** @param key without the person */
  constructor(
    private readonly page: Pick<Window, 'localStorage'>,
    key: string,
    { participant }: Pick<IIdentity, 'participant'>
  ) {
    this.key = `${key}:${participant}`;
    this.told = this.read();
  }

  private readonly key: string;
  private told: boolean;

  get isTold(): boolean {
    return this.told;
  }

  set isTold(isTold: boolean) {
    if (this.told === isTold) {
      return;
    }
    this.told = isTold;
    try {
      if (isTold) {
        this.page.localStorage.setItem(this.key, '1');
      } else {
        this.page.localStorage.removeItem(this.key);
      }
    } catch {
      // Refused: told once on each page.
    }
  }

  private read(): boolean {
    try {
      return this.page.localStorage.getItem(this.key) !== null;
    } catch {
      return false;
    }
  }
}
