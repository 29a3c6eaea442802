/** Teams, for whoever teaches: made by chance, named, people moved between them, and all of it taken back. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IParticipant, ITeaching, ITeamSeen } from '../membership';
import { make, makeButton, setText } from '../panel/dom';
import { hasMenu, type IChoice } from './menu';
import { LEAST_SIZE, MOST_SIZE, shuffled } from './shuffle';
import { whenStated } from './doing';
import { namesInWords } from './words';

type Teaming = Pick<ITeaching, 'mayTeam' | 'setTeam' | 'newTeam'>;

export interface ITeamsOptions {
  readonly trans: TranslationBundle;
  readonly level: 'h2' | 'h3';
  readonly random: () => number;
  /** Says what was done, to who listens. */
  readonly say: (words: string) => void;
  /** The address of a team's page. */
  readonly pageOf: (team: string) => string;
}

export interface ITeamsScene {
  readonly people: readonly IParticipant[];
  readonly teams: readonly ITeamSeen[];
  /** Null for whoever does not teach: then there is nothing to see. */
  readonly teaching: Teaming | null;
}

export class TeamsPart {
  constructor(private readonly options: ITeamsOptions) {
    const { trans, level } = options;
    const heading = make(level, '', trans.__('Teams'));
    heading.id = 'pb-class-teams';
    heading.tabIndex = -1;
    this.heading = heading;
    this.node.setAttribute('aria-labelledby', heading.id);
    const meaning = trans.__(
      'Each team has a page of its own in every notebook. Its members and the teachers write there, and nobody else can read it.'
    );
    this.size.type = 'number';
    this.size.min = String(LEAST_SIZE);
    this.size.max = String(MOST_SIZE);
    this.size.value = '3';
    this.size.required = true;
    this.size.inputMode = 'numeric';
    const label = make('label', 'pb-Teams-size');
    label.append(make('span', '', trans.__('In teams of')), this.size);
    const making = make('p', 'pb-Teams-row');
    making.append(label, this.makeTeams);
    this.makeTeams.type = 'submit';
    this.form.append(making);
    this.form.addEventListener('submit', event => {
      event.preventDefault();
      this.begin();
    });
    this.undo = makeButton(trans.__('Undo'), () => this.takeBack(), 'pb-Teams-undo');
    const done = make('p', 'pb-Teams-row');
    done.append(this.done, this.undo);
    this.anew.append(make('summary', '', trans.__('Make new teams')), this.anewMeaning);
    this.node.append(
      heading,
      make('p', 'pb-Class-quiet', meaning),
      this.list,
      this.rest,
      this.anew,
      this.form,
      done
    );
    this.node.hidden = true;
  }

  readonly node = make('section', 'pb-Class-section pb-Teams');
  private readonly heading: HTMLElement;
  private readonly form = make('form', 'pb-Teams-make');
  private readonly size = make('input');
  private readonly makeTeams = make('button', 'pb-mod-first');
  private readonly anew = make('details', 'pb-Teams-anew');
  private readonly anewMeaning = make('p', 'pb-Class-quiet');
  private readonly list = make('ul', 'pb-Teams-list');
  private readonly rest = make('div', 'pb-Teams-rest');
  private readonly done = make('span', 'pb-Teams-done');
  private readonly undo: HTMLButtonElement;
  private scene: ITeamsScene = { people: [], teams: [], teaching: null };
  /** How teams were before each thing that was done, the last one last. */
  private readonly before: (readonly ITeamSeen[])[] = [];
  /** The team that is being named. */
  private naming: string | null = null;
  private shown = '';
  /** A menu is open: nobody moves meanwhile. */
  private isHeld = false;

  show(scene: ITeamsScene): void {
    this.scene = scene;
    const { trans } = this.options;
    const { teams, teaching } = scene;
    this.node.hidden = teaching === null;
    if (!teaching) {
      return;
    }
    const hasTeams = teams.length > 0;
    const { length } = this.students;
    this.anew.hidden = !hasTeams;
    const home = hasTeams ? this.anew : this.node;
    if (this.form.parentElement !== home) {
      home.insertBefore(this.form, hasTeams ? null : this.done.parentElement);
    }
    setText(this.makeTeams, hasTeams ? trans.__('Make new teams') : trans.__('Make teams'));
    setText(
      this.anewMeaning,
      trans._n(
        'The one student who is here is put into a team anew. What the teams have written stays, and Undo brings them back.',
        'The %1 students who are here are put into teams anew. What the teams have written stays, and Undo brings them back.',
        length,
        length
      )
    );
    this.undo.hidden = this.before.length === 0;
    this.draw();
  }

  /** Those who are here and do not teach: who only watches, too. */
  private get students(): readonly IParticipant[] {
    return this.scene.people.filter(
      ({ role, isHere, isMe }) => isHere && !isMe && (role === 'attendee' || role === 'viewer')
    );
  }

  private draw(): void {
    const { teams, people, teaching } = this.scene;
    if (this.isHeld || this.naming !== null) {
      return;
    }
    const inOne = new Set(teams.flatMap(({ members }) => members));
    const without =
      teams.length > 0 ? this.students.filter(({ participant }) => !inOne.has(participant)) : [];
    const names = teams.map(({ members }) => members.map(member => this.nameOf(member)));
    const may = teams.map(({ team }) => teaching!.mayTeam(team));
    const shown = JSON.stringify([
      teams,
      names,
      may,
      without.map(({ participant, name }) => [participant, name])
    ]);
    if (shown === this.shown) {
      return;
    }
    this.shown = shown;
    const focused = this.focused();
    this.list.replaceChildren(...teams.map((team, at) => this.teamLine(team, may[at]!)));
    this.rest.replaceChildren(...(without.length > 0 ? this.restLines(without) : []));
    this.rest.hidden = without.length === 0;
    this.list.hidden = teams.length === 0;
    focused(people);
  }

  /** Where the focus was among what is drawn anew; the result puts it there again. */
  private focused(): (people: readonly IParticipant[]) => void {
    const { activeElement } = document;
    const key =
      activeElement instanceof HTMLElement && this.node.contains(activeElement)
        ? activeElement.dataset['key']
        : undefined;
    return () => {
      if (key !== undefined) {
        const again = this.node.querySelector<HTMLElement>(`[data-key="${key}"]`);
        (again ?? this.heading).focus({ preventScroll: true });
      }
    };
  }

  private teamLine(team: ITeamSeen, may: boolean): HTMLElement {
    const { trans, pageOf, level } = this.options;
    const line = make('li', 'pb-Teams-one');
    const head = make('div', 'pb-Teams-head');
    const name = make(level === 'h2' ? 'h3' : 'h4', 'pb-Teams-name');
    name.append(make('bdi', '', team.name));
    const page = make('a', 'pb-Teams-page', trans.__('Its page'));
    page.href = pageOf(team.team);
    page.target = '_blank';
    page.setAttribute('aria-label', trans.__('Page of %1', team.name));
    head.append(name, page);
    if (may) {
      const rename = makeButton(trans.__('Rename'), () => this.rename(team, head), 'pb-Teams-quiet');
      rename.setAttribute('aria-label', trans.__('Rename %1', team.name));
      rename.dataset['key'] = `name ${team.team}`;
      head.append(rename);
    }
    const members = make('ul', 'pb-Teams-members');
    members.append(...team.members.map(member => this.memberLine(member, team, may)));
    line.append(head, members);
    return line;
  }

  private restLines(people: readonly IParticipant[]): HTMLElement[] {
    const { trans, level } = this.options;
    const title = make(level === 'h2' ? 'h3' : 'h4', 'pb-Teams-name', trans.__('In no team'));
    const list = make('ul', 'pb-Teams-members');
    list.append(...people.map(({ participant }) => this.memberLine(participant, null, true)));
    return [title, list];
  }

  private memberLine(participant: string, from: ITeamSeen | null, may: boolean): HTMLElement {
    const { trans } = this.options;
    const line = make('li', 'pb-Teams-member');
    const name = this.nameOf(participant);
    line.append(make('bdi', '', name));
    if (may) {
      const move = make('button', 'pb-Teams-quiet', from ? trans.__('Move') : trans.__('Put in a team'));
      move.type = 'button';
      move.dataset['key'] = `move ${participant}`;
      move.setAttribute('aria-label', from ? trans.__('Move %1', name) : trans.__('Put %1 in a team', name));
      hasMenu(
        move,
        () => move.getAttribute('aria-label')!,
        () => this.places(participant, from),
        isHeld => {
          this.isHeld = isHeld;
          this.draw();
        }
      );
      line.append(move);
    }
    return line;
  }

  /** Where somebody may go. */
  private places(participant: string, from: ITeamSeen | null): readonly IChoice[] {
    const { trans } = this.options;
    const { teams, teaching } = this.scene;
    const others = teams.filter(({ team, members }) => {
      return team !== from?.team && teaching?.mayTeam(team) && members.length < MOST_SIZE;
    });
    const name = this.nameOf(participant);
    const to = others.map(other => ({
      text: trans.__('To %1', other.name),
      act: () => this.move(participant, from, other, trans.__('%1 is in %2 now.', name, other.name))
    }));
    const fresh = { team: teaching?.newTeam() ?? '', name: this.freeName(), members: [] };
    return [
      ...to,
      {
        text: trans.__('To a new team'),
        act: () => this.move(participant, from, fresh, trans.__('%1 is in %2 now.', name, fresh.name))
      },
      ...(from
        ? [
            {
              text: trans.__('Out of the teams'),
              act: () => this.move(participant, from, null, trans.__('%1 is in no team now.', name))
            }
          ]
        : [])
    ];
  }

  private move(participant: string, from: ITeamSeen | null, to: ITeamSeen | null, words: string): void {
    const of = (team: ITeamSeen): readonly string[] =>
      this.scene.teams.find(each => each.team === team.team)?.members ?? team.members;
    const left = from && { ...from, members: of(from).filter(each => each !== participant) };
    const joined = to && { ...to, members: [...of(to), participant] };
    this.act([...(left ? [left] : []), ...(joined ? [joined] : [])], words);
  }

  /** Everybody who is here into teams by chance; those that were before are over. */
  private begin(): void {
    const { trans, random } = this.options;
    const { teams, teaching } = this.scene;
    const size = this.size.valueAsNumber;
    const { students } = this;
    if (!teaching || !Number.isInteger(size) || size < LEAST_SIZE || size > MOST_SIZE) {
      return;
    }
    if (students.length === 0) {
      this.tell(trans.__('Nobody is here to put into a team. Wait for your students, then try it again.'));
      return;
    }
    const over = teams.filter(({ team }) => teaching.mayTeam(team)).map(team => ({ ...team, members: [] }));
    const made = shuffled(students, size, random).map((people, at) => ({
      team: teaching.newTeam(),
      name: trans.__('Team %1', at + 1),
      members: people.map(({ participant }) => participant)
    }));
    this.anew.open = false;
    const said = trans._n('1 team is made.', '%1 teams are made.', made.length, made.length);
    this.act([...over, ...made], said);
  }

  private rename(team: ITeamSeen, head: HTMLElement): void {
    const { trans } = this.options;
    const form = make('form', 'pb-Teams-naming');
    const field = make('input');
    field.value = team.name;
    field.required = true;
    field.maxLength = 40;
    field.dir = 'auto';
    field.setAttribute('aria-label', trans.__('Name of %1', team.name));
    const save = make('button', 'pb-mod-first', trans.__('Save'));
    save.type = 'submit';
    const end = (): void => {
      this.naming = null;
      this.shown = '';
      this.draw();
      this.node.querySelector<HTMLElement>(`[data-key="name ${team.team}"]`)?.focus({ preventScroll: true });
    };
    const cancel = makeButton(trans.__('Cancel'), end, 'pb-Teams-quiet');
    form.addEventListener('submit', event => {
      event.preventDefault();
      const name = field.value.trim();
      const now = this.scene.teams.find(each => each.team === team.team);
      if (now && name !== '' && name !== now.name) {
        this.naming = null;
        this.act([{ ...now, name }], trans.__('%1 is called %2 now.', now.name, name));
      }
      if (name !== '') {
        end();
      }
    });
    form.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        event.stopPropagation();
        end();
      }
    });
    form.append(field, save, cancel);
    head.replaceChildren(form);
    this.naming = team.team;
    field.select();
    field.focus();
  }

  /** Teams are like this from now on; what they were is remembered. */
  private act(after: readonly ITeamSeen[], words: string): void {
    const { teams, teaching } = this.scene;
    if (!teaching) {
      return;
    }
    const before = after.map(
      ({ team, name }) => teams.find(each => each.team === team) ?? { team, name, members: [] }
    );
    this.before.push(before);
    this.set(teaching, after);
    this.tell(words);
  }

  private takeBack(): void {
    const { trans } = this.options;
    const { teaching } = this.scene;
    const before = this.before.pop();
    if (before && teaching) {
      this.set(teaching, before);
      this.tell(trans.__('Taken back.'));
    }
    this.undo.hidden = this.before.length === 0;
    if (this.undo.hidden) {
      this.heading.focus({ preventScroll: true });
    }
  }

  private set(teaching: Pick<ITeaching, 'setTeam'>, teams: readonly ITeamSeen[]): void {
    const all = teams.map(team => teaching.setTeam(team));
    const isStated = Promise.all(all).then(each => each.every(Boolean));
    void whenStated(isStated, this.options.trans);
  }

  private tell(words: string): void {
    setText(this.done, words);
    this.options.say(words);
    this.undo.hidden = this.before.length === 0;
  }

  private freeName(): string {
    const { trans } = this.options;
    const taken = new Set(this.scene.teams.map(({ name }) => name));
    for (let number = 1; ; number += 1) {
      const name = trans.__('Team %1', number);
      if (!taken.has(name)) {
        return name;
      }
    }
  }

  private nameOf(participant: string): string {
    return namesInWords([participant], this.scene.people);
  }
}
