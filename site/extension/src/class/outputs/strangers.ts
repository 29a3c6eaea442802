/**
 * What of somebody else's outputs is shown: text, pictures, tables, and nothing that could do anything. Pure. The shape is
 * checked before (core/outputs/shape.ts), the HTML is cleaned where it is drawn (sanitizer.ts). docs/SPEC.md, OUT6.
 */
import { shapeOf } from '../../core/outputs/shape';
import { isObject, type JsonObject } from '../../core/document/json';

/** Of one cell, in characters; the same as of one's own (kernel/protocol.ts), where its cost was measured. */
export const MOST_TEXT = 200_000;
/** Of one cell; JupyterLab shows as many at once of one's own. */
export const MOST_OUTPUTS = 50;
/** Of one table, in characters: a thousand rows of a data frame; taking it apart costs about 0.2 s. */
export const MOST_HTML = 300_000;
/** Changes of colour in one text: each is an element. */
const MOST_COLOURS = 2000;

const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp'];
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;
const NUMBERS = ['width', 'height'];

export interface IWords {
  /** Stands where the rest is left out. */
  readonly more: string;
  /** Stands for what cannot be shown of somebody else's. */
  readonly hidden: string;
}

/** The outputs of one cell as they are shown. */
export function showable(entries: readonly unknown[], words: IWords): JsonObject[] {
  const shown: JsonObject[] = [];
  let left = MOST_TEXT;
  const take = (text: string): string => {
    const taken = text.slice(0, left);
    left -= taken.length;
    return plainColours(taken);
  };
  for (const entry of entries) {
    if (shown.length >= MOST_OUTPUTS || left <= 0) {
      return [...shown, sentence(words.more)];
    }
    const output = shapeOf(entry);
    if (output.output_type === 'stream') {
      shown.push({ ...output, text: take(output.text as string) });
    } else if (output.output_type === 'error') {
      const lines = take((output.traceback as string[]).join('\n'));
      shown.push({
        ...output,
        ename: (output.ename as string).slice(0, 1000),
        evalue: (output.evalue as string).slice(0, 1000),
        traceback: lines.split('\n')
      });
    } else {
      const given = output.data as JsonObject;
      const data = shownData(given, take);
      const isPlain = Object.keys(data).every(type => type === 'text/plain');
      if (isPlain && Object.keys(given).some(type => type !== 'text/plain')) {
        // What is left of it is a name like `<IPython.core.display.Javascript object>`.
        shown.push(sentence(words.hidden));
      } else if (Object.keys(data).length > 0) {
        shown.push({ output_type: 'display_data', data, metadata: shownMetadata(output.metadata) });
      }
    }
  }
  return left <= 0 ? [...shown, sentence(words.more)] : shown;
}

function sentence(text: string): JsonObject {
  return {
    output_type: 'display_data',
    data: { 'text/plain': text },
    metadata: { peerbook: { isSentence: true } }
  };
}

function shownData(data: JsonObject, take: (text: string) => string): JsonObject {
  const shown: JsonObject = {};
  for (const type of ['text/html', 'text/markdown', 'text/latex']) {
    const text = data[type];
    if (typeof text === 'string' && text.length <= MOST_HTML) {
      shown[type] = text;
    }
  }
  for (const type of PICTURES) {
    const text = data[type];
    if (typeof text === 'string' && BASE64.test(text)) {
      shown[type] = text;
    }
  }
  const drawing = data['image/svg+xml'];
  if (typeof drawing === 'string') {
    // As a picture: what a browser draws from a picture's address runs nothing and fetches nothing.
    shown['image/svg+xml'] = base64Of(drawing);
  }
  const text = data['text/plain'];
  if (typeof text === 'string') {
    shown['text/plain'] = Object.keys(shown).length === 0 ? take(text) : plainColours(text.slice(0, 1000));
  }
  return shown;
}

/** How large a picture is to be drawn, and nothing else. */
function shownMetadata(metadata: unknown): JsonObject {
  const shown: JsonObject = {};
  for (const type of [...PICTURES, 'image/svg+xml']) {
    const given = isObject(metadata) ? metadata[type] : null;
    if (isObject(given)) {
      const sizes = NUMBERS.filter(key => Number.isFinite(given[key]) && (given[key] as number) > 0);
      shown[type] = Object.fromEntries(sizes.map(key => [key, Math.min(4000, given[key] as number)]));
    }
  }
  return shown;
}

/** Text with so many colours that drawing them would take long is drawn without. */
function plainColours(text: string): string {
  return text.split('\u001b').length > MOST_COLOURS ? text.replace(/\u001b(\[[0-9;?]*[A-Za-z])?/g, '') : text;
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let from = 0; from < bytes.length; from += 8192) {
    binary += String.fromCharCode(...bytes.subarray(from, from + 8192));
  }
  return btoa(binary);
}
