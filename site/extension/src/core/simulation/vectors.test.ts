import { readFileSync, writeFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { hex } from '../document/source';
import { decodeMessage, encodeMessage } from '../overlay/wire';
import { clientOf } from '../session';
import { stateDigest } from '../sync/digest';
import {
  clientRows,
  type IMessageRow,
  type IReplicaRow,
  messageRows,
  plain,
  replay,
  replicaRow,
  unhex
} from './vectors';

const folder = new URL('../../../../../tests/protocol/', import.meta.url);

function vectors<Rows>(name: string, make: () => Rows): Rows {
  const file = new URL(name, folder);
  if (process.env['PEERBOOK_VECTORS'] === 'write') {
    writeFileSync(file, `${JSON.stringify(make(), null, 1)}\n`);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Rows;
}

const messages = vectors<IMessageRow[]>('messages.json', messageRows);
const { clients, replicas } = vectors('replicas.json', () => ({
  clients: clientRows(),
  replicas: [1, 2, 3, 4].map(seed => replicaRow(seed, 40))
}));

describe('golden vectors', () => {
  it.each(messages)('[SYN7] a message reads and writes as the golden bytes: $title', row => {
    const read = decodeMessage(unhex(row.bytes));
    if (read.kind === 'fault') {
      expect(read.fault).toBe(row.fault);
    } else {
      expect(plain(read.value)).toEqual(row.reads);
      expect(hex(encodeMessage(read.value))).toBe(row.bytes);
    }
  });

  it('[SYN4] a session writes under the golden clientIDs', () => {
    clients.forEach(({ document, session, client }) =>
      expect(clientOf(digest, document, '', session)).toBe(client)
    );
  });

  it.each(replicas)('[SYN6] the changes of seed $seed give the golden digest', (row: IReplicaRow) => {
    expect(hex(stateDigest(replay(row), digest))).toBe(row.digest);
  });
});
