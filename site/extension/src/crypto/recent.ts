/** What was asked for lately, at most so many: the one not asked for longest goes first. */
export class Recent<Value> {
  constructor(private readonly _most: number) {}

  get size(): number {
    return this._values.size;
  }

  get(name: string): Value | undefined {
    const value = this._values.get(name);
    if (value !== undefined) {
      this._values.delete(name);
      this._values.set(name, value);
    }
    return value;
  }

  set(name: string, value: Value): void {
    this._values.set(name, value);
    if (this._values.size > this._most) {
      this._values.delete(this._values.keys().next().value!);
    }
  }

  delete(name: string): void {
    this._values.delete(name);
  }

  private readonly _values = new Map<string, Value>();
}
