/** What is sent once and heard by many: a topic of the relay, seen from the overlay [CON18]. */
export interface IStar {
  /** Whether a neighbour hears what is published, as far as is known here. */
  hears(peer: string): boolean;
  /** False when it cannot be published now: then it goes to each neighbour. What was published is not confirmed. */
  publish(envelope: Uint8Array): boolean;
}

/** Neighbours for whom it pays: one is reached as well over the connection, which confirms. */
export const STAR_NEIGHBOURS = 2;
