/** What an update of Yjs (version 1) is made of, as this protocol takes it. */

/** One character, value or type, by who wrote it and when. */
export interface IId {
  readonly client: number;
  readonly clock: number;
}

/** What a struct holds; `gone` was written and deleted within one change, with what it was in. */
export type Content = 'gone' | 'deleted' | 'text' | 'value' | 'array-type' | 'map-type' | 'text-type';

export interface IStruct {
  /** Where it begins in the bytes. */
  readonly at: number;
  readonly clock: number;
  readonly length: number;
  readonly content: Content;
  /** What stood to its left and to its right when it was written. */
  readonly left: IId | null;
  readonly right: IId | null;
  /** What it is in: said only where nothing stood beside it. A root map by its name. */
  readonly parent: IId | string | null;
  /** Under which key of a map. */
  readonly key: string | null;
}

/** Clocks from `from` to before `to`. */
export interface IDeletion {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}
