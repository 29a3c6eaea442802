/** What is said of the class, in INTERFACE.md's words: what happened, what is safe, what to do. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { AwayReason, RefusedReason, SignalingState } from '../connection/signaling/state';
import type { ISummary } from '../connection/summary';
import type { IParticipant } from './membership';

/** How much something wants to be looked at. */
export type Tone = 'good' | 'quiet' | 'warm';

export interface ISaid {
  /** The whole sentence. */
  readonly text: string;
  /** Its beginning, for the bar. */
  readonly short: string;
  /** Why it is so and what to do about it; '' when there is nothing to add. */
  readonly why: string;
  readonly tone: Tone;
  /** Whether reading the page anew is what one can do. */
  readonly canReload?: boolean;
}

/** How many others are here: those with a name, and until names have come, those the connections count. */
export function othersHere(summary: ISummary, people: readonly IParticipant[]): number {
  const named = people.filter(person => person.isHere && !person.isMe).length;
  const ownTabs = people.find(person => person.isMe)?.sessions.length ?? 1;
  return named > 0 ? named : Math.max(0, summary.others - (ownTabs - 1));
}

export function connectionInWords(
  summary: ISummary,
  people: readonly IParticipant[],
  trans: TranslationBundle
): ISaid {
  if (summary.refusal !== undefined) {
    const why = refusalInWords(summary.refusal, trans);
    return { ...only(trans.__('Not in the class')), why, tone: 'warm', canReload: true };
  }
  const canReload = summary.server?.kind === 'refused';
  const others = othersHere(summary, people);
  const live = trans.__('Live with %1', others);
  const why = summary.server ? serverInWords(summary.server, trans) : '';
  switch (summary.kind) {
    case 'alone': {
      const nobody = summary.server
        ? trans.__('Nobody else is here yet. Others come in with the invite link.')
        : trans.__('This site names no server that introduces people: only windows of this browser meet.');
      return { ...only(trans.__('Just you')), why: why || nobody, tone: why ? 'warm' : 'quiet', canReload };
    }
    case 'joining': {
      const seeking =
        summary.server?.kind === 'open' && summary.others > 0
          ? trans._n(
              'Somebody is here. Looking for the way to them.',
              '%1 others are here. Looking for the way to them.',
              summary.others,
              summary.others
            )
          : '';
      return { ...only(trans.__('Joining the class...')), why: why || seeking, tone: 'quiet' };
    }
    case 'direct':
      return others > 0
        ? { ...only(live), why: '', tone: 'good' }
        : {
            ...only(trans.__('Just you')),
            why: trans.__('You have this class open in more than one window. Both show the same text.'),
            tone: 'quiet'
          };
    case 'relayed':
      return {
        text: trans.__('Live with %1, through the server (this network blocks direct links)', others),
        short: trans.__('Live with %1, through the server', others),
        why: trans.__('Everything works. It is a little slower.'),
        tone: 'good'
      };
    case 'server-away':
      return {
        text: trans.__('Live with %1. The server is away: nobody new can join for now', others),
        short: trans.__('Live with %1. The server is away', others),
        why,
        tone: 'good',
        canReload
      };
    case 'offline':
      return {
        text: trans.__('Offline. Your work is kept here and joins the class when you are back'),
        short: trans.__('Offline'),
        why,
        tone: 'warm',
        canReload
      };
  }
}

const only = (text: string): Pick<ISaid, 'text' | 'short'> => ({ text, short: text });

/** Why the server is away or says no; '' while all is well with it. */
export function serverInWords(state: SignalingState, trans: TranslationBundle): string {
  switch (state.kind) {
    case 'idle':
    case 'connecting':
    case 'open':
      return '';
    case 'offline':
      return trans.__('This device says that it has no network. Once there is one, all goes on by itself.');
    case 'away':
      return awayInWords(state.reason, trans);
    case 'refused':
      return refusedInWords(state.reason, trans);
  }
}

function awayInWords(reason: AwayReason, trans: TranslationBundle): string {
  switch (reason) {
    case 'unreachable':
      return trans.__(
        'The server does not answer: it is not running, this network keeps it out, or it takes no pages of this site. It is tried again by itself; if it stays so, tell your teacher.'
      );
    case 'broken':
      return trans.__('The connection to the server broke. It is tried again by itself.');
    case 'cut':
      return trans.__(
        'Something in this network cuts the connection to the server again and again. It is tried again each time; another network may do better.'
      );
    case 'restarting':
      return trans.__('The server is starting anew and is back in a moment.');
    case 'dropped':
      return trans.__(
        'The server let this page go: the connection was too slow, or silent for too long. It is tried again by itself.'
      );
  }
}

function refusedInWords(reason: RefusedReason, trans: TranslationBundle): string {
  switch (reason) {
    case 'address':
      return trans.__(
        'The address of the server is wrong (peerbook.json on this site). Your work is kept here. Whoever published the site can put it right; then reload this page.'
      );
    case 'version':
      return trans.__(
        'This page is of another version than the server. Your work is kept here. Reload the page; if that does not help, tell whoever published the site.'
      );
    case 'garbled':
      return trans.__(
        'The server could not read what this page said. Your work is kept here. Reload the page to try again.'
      );
    case 'session-taken':
    case 'replaced':
      return trans.__(
        'Another window has taken the place of this one in the class. Your work is kept here. Go on there, or reload this page.'
      );
  }
}

/** Why a room does not let one in; the server's reasons that answer joining [SIG12]. */
export function refusalInWords(reason: string, trans: TranslationBundle): string {
  switch (reason) {
    case 'room-full':
      return trans.__(
        'This class is full: the server takes no more people. Your work is kept here. Ask your teacher, and reload the page when somebody has left.'
      );
    case 'too-many-rooms':
      return trans.__(
        'This page is in too many classes. Your work is kept here. Close the windows of other classes and reload this page.'
      );
    default:
      return trans.__(
        'The server does not let this page into the class (%1). Your work is kept here. Reload the page to try again.',
        reason
      );
  }
}

/**
 * What the device keeps, for the panel: where that is nothing, what is safe all the same.
 *
 * @param said the bar's words
 * @param reachesClass whether the class gets what one writes on this page
 */
export function keptInWords(
  said: string,
  isKept: boolean,
  reachesClass: boolean,
  trans: TranslationBundle
): string {
  return isKept || !reachesClass
    ? said
    : `${said}. ${trans.__('The class still gets what you write here while you are live.')}`;
}

/** Somebody's page and this one do not understand each other. */
export function otherVersionInWords(trans: TranslationBundle): string {
  return trans.__(
    'Somebody here has another version of this page, so that you do not see what they write. Nothing is lost: reload this page, and ask them to reload theirs.'
  );
}

/** Where a step is, if a path is one: its number. */
export type StepOf = (path: string) => number | undefined;

/** Where somebody is, seen from the notebook at `here`. */
export function whereInWords(
  person: Pick<IParticipant, 'notebooks'>,
  here: string,
  stepOf: StepOf,
  trans: TranslationBundle
): string {
  const [first] = person.notebooks;
  if (first === undefined) {
    return trans.__('not in a notebook');
  }
  if (person.notebooks.includes(here)) {
    return trans.__('in this notebook');
  }
  const step = stepOf(first);
  return step === undefined ? trans.__('in another notebook') : trans.__('in step %1', step);
}

/** Somebody's writing takes this page too long. */
export function costlyInWords(trans: TranslationBundle): string {
  return trans.__('What they wrote is a lot of work for this computer: it comes bit by bit.');
}

/** Since when somebody is here, as a clock says it; another day by its date too. */
export function sinceInWords(
  since: number,
  now: number,
  language: string | undefined,
  trans: TranslationBundle
): string {
  const [then, today] = [new Date(since), new Date(now)];
  const isToday = then.toDateString() === today.toDateString();
  return trans.__('since %1', clockOf(language, isToday).format(then));
}

/** Making one takes longer than formatting a list of people with it. */
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(language: string | undefined, isToday: boolean): Intl.DateTimeFormat {
  const key = `${language} ${isToday}`;
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { day: 'numeric', month: 'short' };
  const clock =
    clocks.get(key) ?? new Intl.DateTimeFormat(language, { ...day, hour: 'numeric', minute: '2-digit' });
  clocks.set(key, clock);
  return clock;
}

/** What somebody who does not see the panel hears now and then: numbers, never names. */
export function comingInWords(
  { came, left, others }: { readonly came: number; readonly left: number; readonly others: number },
  trans: TranslationBundle
): string {
  return [
    ...(came > 0 ? [trans._n('One person came.', '%1 people came.', came, came)] : []),
    ...(left > 0 ? [trans._n('One person left.', '%1 people left.', left, left)] : []),
    others === 0
      ? trans.__('Nobody else is here now.')
      : trans._n('One other person is here now.', '%1 others are here now.', others, others)
  ].join(' ');
}

/** At most two letters for somebody: of the first word and of the last. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s\-_.]+/u).filter(word => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words.length ? words : [name];
  return ends.map(word => firstOf(word).toLocaleUpperCase()).join('');
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The first letter or digit as it is seen, with all that belongs to it. */
function firstOf(word: string): string {
  const seen = [...GRAPHEMES.segment(word)];
  const letter = seen.find(({ segment }) => /[\p{L}\p{N}]/u.test(segment)) ?? seen[0];
  return letter?.segment ?? '';
}
