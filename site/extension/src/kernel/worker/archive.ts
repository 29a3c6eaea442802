/** Archives as the build packs them: a zip that stores its members as they are, gzipped as a whole. */

const END_BYTES = 22;
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;

export interface IMember {
  /** Path in the archive; ends in `/` for a folder. */
  readonly name: string;
  /** A view of the archive's own bytes. */
  readonly bytes: Uint8Array;
}

/** Undoes gzip, in the browser's own code. */
export async function gunzip(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(plain).arrayBuffer();
}

/**
 * The members of a zip, in its order.
 *
 * @throws Error when it is none, or compresses its members
 */
export function* members(zip: ArrayBuffer): Generator<IMember> {
  const view = new DataView(zip);
  const end = zip.byteLength - END_BYTES;
  if (end < 0 || view.getUint32(end, true) !== END) {
    throw new Error('not a zip');
  }
  const text = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    const size = view.getUint32(at + 20, true);
    const length = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    if (view.getUint32(at, true) !== ENTRY || view.getUint16(at + 10, true) !== 0) {
      throw new Error('a zip that is not packed as ours');
    }
    const name = text.decode(new Uint8Array(zip, at + ENTRY_BYTES, length));
    const start = local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    yield { name, bytes: new Uint8Array(zip, start, size) };
    at += ENTRY_BYTES + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
}

/** What is used of Emscripten's file system. */
export interface IUnpackFileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
}

/** Puts the members into `folder`. Their bytes stay where they are: the files own parts of the archive's memory. */
export function unpack(zip: ArrayBuffer, fs: IUnpackFileSystem, folder: string): void {
  const made = new Set<string>();
  for (const { name, bytes } of members(zip)) {
    const path = `${folder}/${name}`;
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (!made.has(parent)) {
      fs.mkdirTree(parent);
      made.add(parent);
    }
    if (!name.endsWith('/')) {
      fs.writeFile(path, bytes, { canOwn: true });
    }
  }
}
