/**
 * Outputs as nbformat has them, whatever lies in a document: others may have written it. Nothing here trusts a type, walks
 * into what it does not know, or takes longer than in proportion to its length. docs/SPEC.md, OUT5.
 */
import { isObject, type Json, type JsonObject } from '../document/json';
import { OUTPUT_LIMIT } from './outputs';

/** Lines of a traceback; a recursion that was not shortened has 3,000. */
const MOST_LINES = 4000;

/** One output for one entry, so that places stay what they are: what is none becomes a display without anything in it. */
export function shapeOf(value: unknown): JsonObject {
  const output = isObject(value) ? value : {};
  switch (output.output_type) {
    case 'stream':
      return {
        output_type: 'stream',
        name: output.name === 'stderr' ? 'stderr' : 'stdout',
        text: settleText(textOf(output.text) ?? '')
      };
    case 'error':
      return {
        output_type: 'error',
        ename: textOf(output.ename) ?? '',
        evalue: textOf(output.evalue) ?? '',
        traceback: (Array.isArray(output.traceback) ? output.traceback : [])
          .slice(0, MOST_LINES)
          .filter(line => typeof line === 'string')
          .map(line => line.slice(0, OUTPUT_LIMIT))
      };
    case 'execute_result':
      return {
        output_type: 'execute_result',
        execution_count: Number.isSafeInteger(output.execution_count)
          ? (output.execution_count as number)
          : null,
        ...bundleOf(output)
      };
    case 'display_data':
    case 'update_display_data':
      return { output_type: 'display_data', ...bundleOf(output) };
    default:
      return { output_type: 'display_data', data: {}, metadata: {} };
  }
}

/** Text as it is on a terminal once it was printed: carriage returns and backspaces done with, in linear time. */
export function settleText(text: string): string {
  if (!/[\r\b]/.test(text)) {
    return text;
  }
  const lines = text.split('\n');
  return lines.map(line => (/[\r\b]/.test(line) ? settleLine(line) : line)).join('\n');
}

function settleLine(line: string): string {
  const shown: string[] = [];
  let at = 0;
  for (const character of line) {
    if (character === '\r') {
      at = 0;
    } else if (character === '\b') {
      at = Math.max(0, at - 1);
    } else {
      shown[at++] = character;
    }
  }
  return shown.join('');
}

/** nbformat splits text into lines, in files. */
function textOf(value: unknown): string | null {
  if (Array.isArray(value)) {
    return value
      .filter(part => typeof part === 'string')
      .join('')
      .slice(0, OUTPUT_LIMIT);
  }
  return typeof value === 'string' ? value.slice(0, OUTPUT_LIMIT) : null;
}

function bundleOf(output: Record<string, unknown>): { data: JsonObject; metadata: JsonObject } {
  const data: JsonObject = {};
  for (const [type, value] of Object.entries(isObject(output.data) ? output.data : {})) {
    const text = textOf(value);
    if (/^application\/(.+\+)?json$/.test(type)) {
      data[type] = value as Json;
    } else if (text !== null && type !== '__proto__') {
      data[type] = text;
    }
  }
  return { data, metadata: isObject(output.metadata) ? (output.metadata as JsonObject) : {} };
}
