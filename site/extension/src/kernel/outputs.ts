/** What a cell shows, from the worker's JSON to Jupyter's messages. Untrusted on its way in; pure. */
import type { KernelMessage } from '@jupyterlab/services';

import type { OutputItem } from './protocol';

/** What the worker asks the page to say in the user's language. */
export type Sentence = Extract<OutputItem, { type: 'limit' | 'advice' }>;

export interface IOutputMessage {
  readonly msgType:
    'stream' | 'display_data' | 'update_display_data' | 'execute_result' | 'clear_output' | 'error';
  readonly content: Record<string, unknown>;
}

/** JSON of the worker, or null: it may be anything. */
export function parse(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/**
 * Jupyter's messages for what the worker sent; what is no output of ours is left out.
 *
 * @param count number of the run, for its result
 * @param speak gives the words of a sentence
 */
export function toMessages(
  items: unknown,
  count: number,
  speak: (sentence: Sentence) => string
): readonly IOutputMessage[] {
  return Array.isArray(items)
    ? (items as (OutputItem | null)[]).flatMap(item => toMessage(item, count, speak) ?? [])
    : [];
}

/** A sentence of Peerbook's own stands apart from what the cell printed. */
function toSentence(text: string): IOutputMessage {
  return { msgType: 'stream', content: { name: 'stderr', text: `\n${text}\n` } };
}

function toMessage(
  item: OutputItem | null,
  count: number,
  speak: (sentence: Sentence) => string
): IOutputMessage | null {
  switch (item?.type) {
    case 'stream':
      return {
        msgType: 'stream',
        content: { name: item.name === 'stderr' ? 'stderr' : 'stdout', text: String(item.text) }
      };
    case 'display':
      return { msgType: 'display_data', content: bundle(item) };
    case 'update':
      return { msgType: 'update_display_data', content: bundle(item) };
    case 'result':
      return { msgType: 'execute_result', content: { ...bundle(item), execution_count: count } };
    case 'clear':
      return { msgType: 'clear_output', content: { wait: Boolean(item.wait) } };
    case 'error':
      return {
        msgType: 'error',
        content: {
          ename: String(item.name),
          evalue: String(item.value),
          traceback: Array.isArray(item.traceback) ? item.traceback.map(String) : []
        }
      };
    case 'limit':
    case 'advice':
      return toSentence(speak(item));
    default:
      return null;
  }
}

/** A display's bundle, and nothing that the worker may have added to it. */
function bundle(item: Extract<OutputItem, { type: 'display' | 'update' | 'result' }>): {
  data: KernelMessage.IDisplayDataMsg['content']['data'];
  metadata: KernelMessage.IDisplayDataMsg['content']['metadata'];
  transient: { display_id?: string };
} {
  const id = item.transient?.['display_id'];
  return {
    data: (item.data ?? {}) as KernelMessage.IDisplayDataMsg['content']['data'],
    metadata: (item.metadata ?? {}) as KernelMessage.IDisplayDataMsg['content']['metadata'],
    transient: typeof id === 'string' ? { display_id: id } : {}
  };
}
