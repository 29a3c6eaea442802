import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { checkChange, type ICheckedChange } from '../core/permissions/change';
import { NOTEBOOK_LIMITS } from '../core/permissions/limits';
import { Intake } from '../core/permissions/replay';
import { FAIR } from '../core/simulation/network';
import { FROM_OTHERS } from '../core/sync/replica';
import { FROM_LOG } from './keeper';
import { ALL_DEEDS } from './simulation/deeds';
import { ClassPage, type IClassWorld } from './simulation/page';
import { ClassStory } from './simulation/story';
import { FROM_TAB } from './tabs';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

describe('what a notebook writes', () => {
  it('[PER2] every change that JupyterLab makes to a notebook passes, alone and merged, and has its places', async () => {
    const opened = ClassPage.open.bind(ClassPage);
    const written: { client: number; bytes: Uint8Array }[] = [];
    let genesis = new Uint8Array();
    const pages: ClassPage[] = [];
    ClassPage.open = async (name, device, world: IClassWorld) => {
      const page = await opened(name, device, world);
      const { ydoc } = page.notebook;
      genesis = world.genesis;
      pages.push(page);
      ydoc.on('update', (bytes: Uint8Array, origin: unknown) => {
        if (![FROM_OTHERS, FROM_LOG, FROM_TAB].includes(origin as symbol)) {
          written.push({ client: ydoc.clientID, bytes });
        }
      });
      return page;
    };
    let changes = 0;
    try {
      for (let seed = 1; seed <= 12; seed += 1) {
        written.length = pages.length = 0;
        const script = { people: 3, turns: 120, weather: FAIR, deeds: ALL_DEEDS, trouble: 0 };
        await new ClassStory(seed, script, digest).tell();
        const checked = written.map(({ client, bytes }) => {
          const read = checkChange(bytes, client, NOTEBOOK_LIMITS);
          expect(read.kind === 'fault' ? read.fault : 'read').toBe('read');
          return (read as { value: ICheckedChange }).value;
        });
        for (const client of new Set(written.map(each => each.client))) {
          const own = written.filter(each => each.client === client).map(({ bytes }) => bytes);
          expect(checkChange(Y.mergeUpdates(own), client, NOTEBOOK_LIMITS).kind).toBe('read');
        }
        const intake = new Intake(new Y.Doc(), genesis);
        checked.forEach(change => intake.take('', change));
        expect([intake.refused.size, intake.waiting.count]).toEqual([0, 0]);
        const last = pages[0]!;
        expect(intake.doc.getMap('cells').toJSON()).toEqual(last.notebook.ydoc.getMap('cells').toJSON());
        changes += written.length;
      }
    } finally {
      ClassPage.open = opened;
    }
    expect(changes).toBeGreaterThan(800);
  }, 120_000);
});
