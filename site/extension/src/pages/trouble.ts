/** What keeps others out of the class, for the one who can do something about it. */
import { refusalInWords, serverInWords } from '../class/words';
import type { ISummary } from '../connection/summary';
import { english } from './english';

/** The sentence, or '' while all is well or comes back by itself; `unreachable` is said in the teacher's own words. */
export function troubleInWords({ refusal, server }: ISummary, unreachable: string): string {
  if (refusal !== undefined) {
    return refusalInWords(refusal, english);
  }
  if (server?.kind === 'away') {
    return server.reason === 'unreachable'
      ? unreachable
      : server.reason === 'cut'
        ? serverInWords(server, english)
        : '';
  }
  // A wrong address is said from peerbook.json itself, with what stands there.
  return server?.kind === 'refused' && server.reason !== 'address' ? serverInWords(server, english) : '';
}
