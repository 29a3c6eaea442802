/** A simulated class with roles, keys and a door, for whoever drives it: the teacher's page is there, others come. */
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import type { Digest } from '../session';
import { Chance } from './chance';
import { beginCourse } from './course';
import { Crowd } from './crowd';
import { FAIR, Network } from './network';
import { Disk, type ICourse, Pupil } from './pupil';
import { type ISealedWith, sealBeside } from './sealed';
import { VirtualClock } from './time';

export class School {
  constructor(seed: number, digest: Digest, crypto?: ICrypto) {
    this.chance = new Chance(seed);
    this.network = new Network(this.clock, this.chance, FAIR);
    this.crowd = new Crowd(this.chance, this.network);
    const { founding, begun } = beginCourse(this, digest, crypto);
    this.course = {
      ...begun,
      seal: (own, document, changes, forged) => this.seal(own, document, changes, forged),
      here: () => this.crowd.members.map(({ participant }) => participant),
      lost: text => this.offered.push(text),
      forked: () => undefined
    };
    const disk = new Disk();
    disk.founding = founding;
    this.teacher = this.arrive('teacher', disk);
    this.teacher.society.stating.beginEpoch('open');
  }

  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly network: Network;
  readonly crowd: Crowd<Pupil>;
  readonly course: ICourse;
  readonly teacher: Pupil;
  /** What was offered to its authors again. */
  readonly offered: string[] = [];

  get people(): readonly Pupil[] {
    return this.crowd.members;
  }

  /** Somebody opens a page, on that device; the network introduces them. */
  arrive(who: string, disk = new Disk()): Pupil {
    const pupil = this.stand(who, disk);
    this.crowd.add(pupil);
    return pupil;
  }

  /** Somebody whom nobody was introduced to. */
  stand(who: string, disk = new Disk()): Pupil {
    return new Pupil(who, who, this.course, disk, false);
  }

  /** Two are neighbours from now on. */
  join(a: Pupil, b: Pupil): void {
    a.connect(this.network.line(a.session, b));
    b.connect(this.network.line(b.session, a));
  }

  /** Envelopes as somebody makes them beside their engine, from sequence 0. */
  seal(
    own: IOwnSession,
    document: string,
    changes: readonly Uint8Array[],
    forged: ISealedWith = {}
  ): Uint8Array[] {
    const { members, classId } = this.course;
    return sealBeside(members, this.teacher, classId, own, document, changes, forged);
  }
}
