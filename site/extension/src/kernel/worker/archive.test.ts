import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { gunzip, members, unpack } from './archive';

/** A zip as `compiler.py` writes it, or with its first member marked as compressed. */
function zipOf(files: Record<string, string>, method = 0): ArrayBuffer {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const nameBytes = encoder.encode(name);
    const content = encoder.encode(text);
    const local = new Uint8Array(30 + nameBytes.length + content.length);
    const localView = new DataView(local.buffer);
    localView.setUint32(0, 0x04034b50, true);
    localView.setUint16(26, nameBytes.length, true);
    local.set(nameBytes, 30);
    local.set(content, 30 + nameBytes.length);
    const entry = new Uint8Array(46 + nameBytes.length);
    const view = new DataView(entry.buffer);
    view.setUint32(0, 0x02014b50, true);
    view.setUint16(10, method, true);
    view.setUint32(20, content.length, true);
    view.setUint16(28, nameBytes.length, true);
    view.setUint32(42, offset, true);
    entry.set(nameBytes, 46);
    parts.push(local);
    directory.push(entry);
    offset += local.length;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, directory.length, true);
  view.setUint32(16, offset, true);
  return joined([...parts, ...directory, end]);
}

function joined(parts: Uint8Array[]): ArrayBuffer {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.buffer;
}

class Files {
  readonly written = new Map<string, string>();
  readonly folders: string[] = [];

  mkdirTree(path: string): void {
    this.folders.push(path);
  }

  writeFile(path: string, bytes: Uint8Array): void {
    this.written.set(path, new TextDecoder().decode(bytes));
  }
}

describe('an archive of Python files', () => {
  it('gives its members in their order, without copying them', () => {
    const zip = zipOf({ 'a/b.py': 'x = 1', 'ä.txt': '', 'c.pyc': 'code' });
    const found = [...members(zip)];
    expect(found.map(one => [one.name, new TextDecoder().decode(one.bytes)])).toEqual([
      ['a/b.py', 'x = 1'],
      ['ä.txt', ''],
      ['c.pyc', 'code']
    ]);
    expect(found.every(one => one.bytes.buffer === zip)).toBe(true);
  });

  it('is written into a folder, each folder of it made once', () => {
    const files = new Files();
    unpack(zipOf({ 'a/b.py': '1', 'a/c.py': '2', 'd.py': '3', 'e/': '' }), files, '/lib');
    expect([...files.written]).toEqual([
      ['/lib/a/b.py', '1'],
      ['/lib/a/c.py', '2'],
      ['/lib/d.py', '3']
    ]);
    expect(files.folders).toEqual(['/lib/a', '/lib', '/lib/e']);
  });

  it('is what it was after gzip', async () => {
    const zip = zipOf({ 'a.py': 'x = 1' });
    const packed = gzipSync(new Uint8Array(zip));
    const bytes = await gunzip(packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.length));
    expect([...members(bytes)].map(one => one.name)).toEqual(['a.py']);
  });

  it('is refused when it is no zip, cut short, or packed otherwise', async () => {
    expect(() => [...members(new ArrayBuffer(10))]).toThrow('not a zip');
    expect(() => [...members(zipOf({ a: 'b' }).slice(0, -1))]).toThrow('not a zip');
    expect(() => [...members(zipOf({ a: 'b' }, 8))]).toThrow('not packed as ours');
    await expect(gunzip(new ArrayBuffer(10))).rejects.toThrow();
  });
});
