/** What of a document is handed to storage, and given back when it is opened again. */

/** An introduction stands before the first piece of its session. */
export interface IKept {
  readonly kind: 'introduction' | 'piece';
  readonly bytes: Uint8Array;
}
