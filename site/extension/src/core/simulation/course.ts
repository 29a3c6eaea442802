/** A class that somebody founds, before anybody is there: its ids, its link, its notebook, and who there may be. */
import { everyoneOf, foundClass, type IFounding } from '../class/founding';
import type { ICrypto } from '../crypto';
import type { Digest } from '../session';
import type { Chance } from './chance';
import { Members } from './members';
import type { ICourse } from './pupil';
import { GENESIS } from './script';
import type { VirtualClock } from './time';

type Begun =
  'clock' | 'chance' | 'members' | 'everyone' | 'genesis' | 'classId' | 'joinSecret' | 'team' | 'lecture';

export function beginCourse(
  { clock, chance }: { readonly clock: VirtualClock; readonly chance: Chance },
  digest: Digest,
  crypto?: ICrypto
): { readonly founding: IFounding; readonly begun: Pick<ICourse, Begun> } {
  const members = new Members(chance, digest, crypto);
  const founder = members.session('teacher');
  const recovery = members.session('recovery');
  const founding = foundClass(digest, founder.rootKey, recovery.rootKey, bytes =>
    bytes.set(chance.bytes(bytes.byteLength))
  );
  const { classId } = founding;
  members.room = classId;
  const everyone = everyoneOf(digest, classId);
  return {
    founding,
    begun: {
      ...{ clock, chance, members, everyone, genesis: GENESIS, classId },
      joinSecret: chance.bytes(16),
      team: `${'5e'.repeat(32)}.team.${everyone}`,
      lecture: `${'5e'.repeat(32)}.lecture.${everyone}`
    }
  };
}
