/** The kernel's worker: the realm in which a notebook's Python lives. */
export {};
