/** One notebook of a class: whose outputs it shows, what of one's own the class is told, and which runs are alive. */
import type { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { digest } from 'lib0/hash/sha256';
import type { Cancel } from '../../core/clock';
import { documentOf, outputsName, parseName } from '../../core/document/name';
import type { Outputs } from '../../core/outputs/outputs';
import { clientOf } from '../../core/session';
import type { IOpenedOutputs } from '../../notebook/others';
import type { Session } from '../../notebook/session';
import type { IMembership, IParticipant } from '../membership';
import { choicesOf, type IChoice, type IRemembered, readRemembered, writeRemembered } from './choices';
import { LookingLine } from './line';
import { Looking } from './looking';
import { Picker } from './picker';
import { strangersRenderers } from './rendering';
import { keepPlace } from './scroll';

/** What this device remembers the choice under; the document's name, which is the class's, follows. */
const SETTING = 'outputs of';
const ITEM = 'peerbook-outputs';

export interface INotebookOutputsParts {
  readonly panel: NotebookPanel;
  readonly session: Session;
  readonly membership: IMembership;
  readonly trans: TranslationBundle;
}

interface ILooked {
  readonly whose: IRemembered;
  readonly opened: IOpenedOutputs;
  readonly looking: Looking;
  readonly unlisten: () => void;
}

export class NotebookOutputs {
  constructor(private readonly parts: INotebookOutputsParts) {
    const { panel, session, membership, trans } = parts;
    this.document = session.document!;
    this.picker = new Picker(trans, participant => this.choose(participant));
    this.line = new LookingLine(trans, () => this.choose(null));
    if (!panel.toolbar.insertBefore('spacer', ITEM, this.picker)) {
      panel.toolbar.addItem(ITEM, this.picker);
    }
    panel.contentHeader.addWidget(this.line);
    this.ends = [membership.changed.add(() => this.onPeople()), session.outputs.watch(() => this.onOwn())];
    session.notebook.outputsCame = id => this.untrust(id);
    this.update();
    this.tellOwn();
    void this.restore();
  }

  private readonly document: string;
  private readonly ends: readonly Cancel[];
  private readonly picker: Picker;
  private readonly line: LookingLine;
  private looked: ILooked | null = null;
  private marked = '';
  private disposed = false;
  /** Counts choices: one made while the remembered one is read is the later. */
  private turns = 0;

  dispose(): void {
    if (!this.disposed) {
      this.disposed = true;
      const { session } = this.parts;
      this.ends.forEach(end => end());
      session.notebook.outputsCame = null;
      this.end();
      this.picker.dispose();
      this.line.dispose();
    }
  }

  private get choices(): IChoice[] {
    const { membership } = this.parts;
    const { people, engine, me, teaching, outputsShared } = membership;
    const { branch } = parseName(this.document);
    if (branch === 'mine' && !teaching && !outputsShared) {
      // Nobody else's can be read.
      return [];
    }
    const marks = engine
      .marks()
      .filter(
        ({ document, participant }) => document === documentOf(this.document, me.participant, participant)
      );
    return choicesOf(this.readers(people), marks, this.looked?.whose ?? null);
  }

  /** Of a team's page: those who are of it. Nobody else has outputs there. */
  private readers(people: readonly IParticipant[]): readonly IParticipant[] {
    const { team, teams } = this.parts.membership;
    const members = teams.find(each => each.team === team)?.members;
    const isOf = ({ participant, role }: IParticipant): boolean =>
      members?.includes(participant) === true || role === 'owner' || role === 'instructor';
    return members ? people.filter(isOf) : people;
  }

  private async restore(): Promise<void> {
    const remembered = readRemembered(await this.parts.session.remembered(SETTING));
    if (remembered && !this.disposed && this.turns === 0) {
      this.look(remembered);
    }
  }

  private choose(participant: string | null): void {
    const choice = this.choices.find(each => each.participant === participant);
    this.turns += 1;
    this.look(choice ?? null);
    // A device that keeps nothing remembers nothing either.
    this.parts.session.remember(SETTING, writeRemembered(choice ?? null)).catch(() => undefined);
  }

  private look(whose: IRemembered | null): void {
    const { panel, session, trans } = this.parts;
    if (whose?.participant === this.looked?.whose.participant) {
      return;
    }
    const opened = whose && session.othersOutputs(whose.participant);
    keepPlace(panel.content, () => {
      this.end();
      if (whose && opened) {
        let isThere = opened.outputs.hasAny;
        const unlisten = opened.outputs.listenAll(() => {
          if (!isThere) {
            isThere = true;
            // They may come from far away, long after they were chosen.
            keepPlace(panel.content, () => undefined);
          }
          this.updateSoon();
        });
        const author = this.authorOf(whose);
        const looking = new Looking(
          {
            notebook: panel.content,
            own: session.outputs,
            theirs: opened.outputs,
            rendermime: strangersRenderers(panel.content.rendermime),
            trans,
            back: () => this.choose(null)
          },
          author
        );
        this.looked = { whose, opened, looking, unlisten };
        void opened.ready.then(() => this.update());
      }
      this.update();
    });
  }

  private end(): void {
    if (this.looked) {
      const { opened, looking } = this.looked;
      this.looked.unlisten();
      this.looked = null;
      looking.dispose();
      void opened.close();
    }
  }

  private authorOf({ participant, name }: IRemembered): IChoice {
    const choice = this.choices.find(each => each.participant === participant);
    return choice ?? choicesOf([], [], { participant, name })[0]!;
  }

  private soon = 0;

  private updateSoon(): void {
    this.soon ||= window.setTimeout(() => {
      this.soon = 0;
      this.update();
    }, 250);
  }

  private update(): void {
    if (this.disposed) {
      return;
    }
    const { looked } = this;
    const author = looked && this.authorOf(looked.whose);
    this.picker.tell(this.choices, author);
    this.setLive(this.parts.session.outputs, this.parts.membership.me.participant);
    if (looked && author) {
      looked.looking.by(author);
      this.setLive(looked.opened.outputs, looked.whose.participant);
    }
    this.line.tell(author, looked !== null && looked.opened.outputs.hasAny);
  }

  /** Runs go on as long as one of their author's pages is here. */
  private setLive(outputs: Outputs, participant: string): void {
    const document = documentOf(this.document, this.parts.membership.me.participant, participant);
    const name = outputsName(document, participant);
    const person = this.parts.membership.people.find(each => each.participant === participant);
    const sessions = person?.isHere ? person.sessions : [];
    outputs.setLive(new Set(sessions.map(session => clientOf(digest, name, participant, session))));
  }

  /** Tells the class, once, that there are outputs of one's own in this notebook; and again under another name. */
  private tellOwn(): void {
    const { session, membership } = this.parts;
    const { name, participant } = membership.me;
    if (this.marked !== name && session.outputs.hasAny) {
      this.marked = name;
      const document = outputsName(this.document, participant);
      membership.engine.mark(document, { name, participant, since: Date.now() });
    }
  }

  private readonly onOwn = (): void => this.tellOwn();

  private onPeople(): void {
    this.tellOwn();
    this.update();
  }

  /** Somebody wrote into one's own outputs: oneself in another tab, or anybody, as long as nothing is signed. */
  private untrust(id: string): void {
    for (const cell of this.parts.panel.content.widgets) {
      if (cell.model.sharedModel.getId() === id && cell.model.type === 'code') {
        (cell as CodeCell).model.trusted = false;
      }
    }
  }
}
