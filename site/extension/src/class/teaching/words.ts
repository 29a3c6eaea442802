/** What is said of roles, of the door and of what the class sees, in the panel and on the teacher's page alike. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Role } from '../../core/class/roles';
import { type Door, STATED_ROLES, type StatedRole } from '../../core/class/statement';
import type { IParticipant, ITeaching } from '../membership';

/** Beside a name; '' for those of whom there are most. */
export function roleInWords(role: Role, trans: TranslationBundle): string {
  switch (role) {
    case 'owner':
      return trans.__('teacher');
    case 'instructor':
      return trans.__('teaches');
    case 'viewer':
      return trans.__('only watches');
    case 'removed':
      return trans.__('removed');
    case 'outsider':
      return trans.__('not let in yet');
    case 'attendee':
      return '';
  }
}

/** What one can make of somebody: nothing that they are already. */
export function choicesFor(
  person: Pick<IParticipant, 'participant' | 'role'>,
  teaching: Pick<ITeaching, 'mayGive'>
): readonly StatedRole[] {
  const { participant, role } = person;
  return STATED_ROLES.filter(each => each !== role && teaching.mayGive(participant, each));
}

export function choiceInWords(role: StatedRole, trans: TranslationBundle): string {
  switch (role) {
    case 'instructor':
      return trans.__('Make a co-teacher');
    case 'attendee':
      return trans.__('Make a student');
    case 'viewer':
      return trans.__('Only watch');
    case 'removed':
      return trans.__('Remove from the class...');
  }
}

/** What somebody has become, for who listens instead of looking. */
export function givenInWords(name: string, role: StatedRole, trans: TranslationBundle): string {
  switch (role) {
    case 'instructor':
      return trans.__('%1 is a co-teacher now.', name);
    case 'attendee':
      return trans.__('%1 is a student now.', name);
    case 'viewer':
      return trans.__('%1 only watches now.', name);
    case 'removed':
      return trans.__('%1 was removed from the class.', name);
  }
}

/**
 * What it means, before it is done: a sentence or two.
 *
 * @param isHere whether something is on this device of what they wrote for others
 */
export function removalInWords(
  name: string,
  door: Door,
  isHere: boolean,
  trans: TranslationBundle
): readonly string[] {
  return [
    trans.__(
      '%1 keeps what they had until now, and sees nothing of what comes after. You can let them back in later.',
      name
    ),
    isHere
      ? trans.__('What %1 wrote for all until now stays.', name)
      : trans.__(
          'Nothing that %1 wrote for all is kept in this browser. If they did, wait until somebody is here who has it, or open that notebook first: what is not here does not count any more.',
          name
        ),
    ...(door === 'open'
      ? [
          trans.__(
            'The door is open: with the link they can come back under another name. With the door closed, you see who knocks.'
          )
        ]
      : [])
  ];
}

export interface IDoorSaid {
  readonly state: string;
  readonly meaning: string;
  /** What the button does. */
  readonly change: string;
}

export function doorInWords(door: Door, trans: TranslationBundle): IDoorSaid {
  return door === 'open'
    ? {
        state: trans.__('open - whoever has the link comes in'),
        meaning: trans.__(
          'Nobody has to wait. Somebody you removed could come back, too, under another name.'
        ),
        change: trans.__('Close the door')
      }
    : {
        state: trans.__('closed - you let in who knocks'),
        meaning: trans.__(
          'Those who are here stay. Whoever comes now waits until somebody who teaches lets them in.'
        ),
        change: trans.__('Open the door')
      };
}

/** For those who cannot change it; '' while there is nothing to know. */
export function closedInWords(door: Door, trans: TranslationBundle): string {
  return door === 'closed'
    ? trans.__('The door is closed: who comes with the link now waits until a teacher lets them in.')
    : '';
}

/** How many wait, heard by who does not see it; '' for nobody. */
export function waitingInWords(count: number, trans: TranslationBundle): string {
  return count === 0
    ? ''
    : trans._n('One person is at the door.', '%1 people are at the door.', count, count);
}

/** About whom whoever teaches has to decide: pages of theirs said two things, and they are still in the class. */
export function undecided<Person extends Pick<IParticipant, 'participant' | 'role'>>(
  people: readonly Person[],
  contradicting: ReadonlySet<string>,
  teaching: unknown
): readonly Person[] {
  return teaching === null
    ? []
    : people.filter(({ participant, role }) => contradicting.has(participant) && role !== 'removed');
}

/** The same in the bar, where of an owner nothing is to be decided; '' for nobody. */
export function undecidedInWords(count: number, trans: TranslationBundle): string {
  return count === 0 ? '' : trans._n('1 said two things', '%1 said two things', count, count);
}

/** The same on somebody's line. */
export function twoThingsInWords(trans: TranslationBundle): string {
  return trans.__('Their page said two different things: what to do stands above.');
}

/** Heard by who does not see that there is somebody to decide about. */
export function twoThingsHeard(trans: TranslationBundle): string {
  return trans.__("Somebody's page said two different things. The class panel says whose, and what to do.");
}

/** Who is known by name; of others the beginning of their id. */
export function namesInWords(
  participants: readonly string[],
  people: readonly Pick<IParticipant, 'participant' | 'name'>[]
): string {
  const nameOf = (who: string): string =>
    people.find(({ participant }) => participant === who)?.name ?? who.slice(0, 6);
  return participants.map(nameOf).join(', ');
}

/** On one's own page: who sees what one runs there. */
export function seenInWords(isShared: boolean, trans: TranslationBundle): string {
  return isShared
    ? trans.__('The class sees what you run here.')
    : trans.__('Only you and the teachers see what you run here.');
}
