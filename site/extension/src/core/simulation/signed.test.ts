import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Noble } from '../../crypto/noble';
import { becomes, type ISignedRow, signedRow } from './signed';

const file = new URL('../../../../../tests/protocol/signed.json', import.meta.url);
/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(bytes).digest());
const crypto = new Noble();

if (process.env['PEERBOOK_VECTORS'] === 'write') {
  const made = [1, 2, 3].map(seed => signedRow(seed, 70, digest, crypto));
  writeFileSync(file, `${JSON.stringify(made, null, 1)}\n`);
}
const rows = JSON.parse(readFileSync(file, 'utf8')) as ISignedRow[];

describe('what a class signed', () => {
  it.each(rows)(
    '[SYN9] in whatever order it comes, it becomes the golden notebook: seed $seed',
    row => {
      for (let order = 1; order <= 3; order += 1) {
        expect(becomes(row, 100 + order, digest, crypto)).toEqual(row.becomes);
      }
    },
    120_000
  );
});
