/** What a role may read and write, by a document's name alone [ROL7]. Pure. */
import { type Branch, parseName, parseOutputsName } from '../document/name';

/** Where something stands: a notebook's branch and whose, the outputs of somebody in it, or the records of all. */
export interface IPlaceOf {
  readonly branch: Branch | 'records';
  readonly owner: string;
  /** Whose outputs, if it is a document of outputs. */
  readonly outputsOf: string | null;
}

/** What has to be known of the class. */
export interface ITells {
  readonly everyone: string;
  readonly outputsShared: boolean;
  /** Whether somebody is of a team: a member, or whoever teaches. */
  isOfTeam(participant: string, team: string): boolean;
  roleOf(participant: string): string;
  canTeach(participant: string): boolean;
}

/** Whether such a one reads and writes nothing: removed, or not let in. */
export function isOut(role: string): boolean {
  return role === 'removed' || role === 'outsider';
}

/** Documents whose places are remembered: each piece of their logs asks. */
const MOST_PLACES = 1024;
const places = new Map<string, IPlaceOf | null>();

/** Null for the name of nothing. */
export function placeOf(document: string): IPlaceOf | null {
  let place = places.get(document);
  if (place === undefined) {
    place = placeNamed(document);
    if (places.size >= MOST_PLACES) {
      places.clear();
    }
    places.set(document, place);
  }
  return place;
}

function placeNamed(document: string): IPlaceOf | null {
  if (document === 'records') {
    return { branch: 'records', owner: '', outputsOf: null };
  }
  const outputs = parseOutputsName(document);
  try {
    const { branch, owner } = parseName(outputs?.document ?? document);
    return { branch, owner, outputsOf: outputs?.participant ?? null };
  } catch {
    return null;
  }
}

/** Whether somebody may write a document there: the notebook itself, or outputs in it. */
export function writesIn(tells: ITells, participant: string, place: IPlaceOf): boolean {
  const role = tells.roleOf(participant);
  if (role === 'viewer' || isOut(role)) {
    return false;
  }
  if (place.outputsOf !== null) {
    return place.outputsOf === participant && readsNotebook(tells, participant, place);
  }
  switch (place.branch) {
    case 'lecture':
      return tells.canTeach(participant);
    case 'mine':
      return place.owner === participant;
    case 'team':
      return place.owner === tells.everyone || tells.isOfTeam(participant, place.owner);
    case 'records':
      return false;
  }
}

export function readsIn(tells: ITells, participant: string, place: IPlaceOf): boolean {
  if (isOut(tells.roleOf(participant))) {
    return false;
  }
  const isShown = place.outputsOf !== null && place.branch === 'mine' && tells.outputsShared;
  return isShown || readsNotebook(tells, participant, place);
}

function readsNotebook(tells: ITells, participant: string, place: IPlaceOf): boolean {
  switch (place.branch) {
    case 'lecture':
    case 'records':
      return true;
    case 'mine':
      return place.owner === participant || tells.canTeach(participant);
    case 'team':
      return place.owner === tells.everyone || tells.isOfTeam(participant, place.owner);
  }
}
