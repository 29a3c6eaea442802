/**
 * What a document is called: `<genesis hash>.<branch>.<owner>`, and `.<copy>` for what a person has more than one of.
 *
 * A name says what a document grew from and who may write it, never where its file lies: paths are looked up in storage.
 */

/** Whose words a document holds. A page alone writes `mine` only. */
export const BRANCHES = ['lecture', 'mine', 'team'] as const;
export type Branch = (typeof BRANCHES)[number];

export interface IDocumentName {
  /** Hex SHA-256 of the genesis's bytes. */
  readonly genesis: string;
  readonly branch: Branch;
  /** Who owns it: 32 hex digits, made once per device until there are root keys. */
  readonly owner: string;
  /** Tells a second document with the same genesis, branch and owner from the first; 32 hex digits. */
  readonly copy?: string;
}

const NAME = /^([0-9a-f]{64})\.(mine|lecture|team)\.([0-9a-f]{1,64})(?:\.([0-9a-f]{32}))?$/;

export function formatName(name: IDocumentName): string {
  const text = [name.genesis, name.branch, name.owner, ...(name.copy ? [name.copy] : [])].join('.');
  if (!NAME.test(text)) {
    throw new Error(`Not a document's name: ${text}`);
  }
  return text;
}

/** @throws Error when the text is not a document's name. */
export function parseName(text: string): IDocumentName {
  const match = NAME.exec(text);
  if (!match) {
    throw new Error(`Not a document's name: ${text}`);
  }
  const [, genesis, branch, owner, copy] = match as unknown as [
    string,
    string,
    Branch,
    string,
    string | undefined
  ];
  return copy ? { genesis, branch, owner, copy } : { genesis, branch, owner };
}

/** The name of one participant's outputs for a notebook: written by that participant alone. */
export function outputsName(document: string, participant: string): string {
  return `${document}/outputs.${participant}`;
}

/** What somebody else's is called where `document` is one's own; a document of the class is everybody's. */
export function documentOf(document: string, me: string, participant: string): string {
  const name = parseName(document);
  return name.branch === 'mine' && name.owner === me ? formatName({ ...name, owner: participant }) : document;
}

const OUTPUTS_NAME = /^(.+)\/outputs\.([0-9a-f]{1,64})$/;

/** Whose outputs of which document a name stands for; null for the name of anything else. */
export function parseOutputsName(text: string): { document: string; participant: string } | null {
  const match = OUTPUTS_NAME.exec(text);
  return match ? { document: match[1]!, participant: match[2]! } : null;
}

/** Hex digits of random bytes from `random`, which fills the array it is given. */
export function randomHex(bytes: number, random: (into: Uint8Array) => Uint8Array): string {
  return Array.from(random(new Uint8Array(bytes)), byte => byte.toString(16).padStart(2, '0')).join('');
}
