/** The script of a workshop's page. Wiring only. */
import { browserIdentities } from '../../class/identity';
import { showEarlier } from '../earlier';
import { find } from '../elements';
import { Join } from '../join';
import { linkInto } from '../links';
import { followLinks, homeOf, notesOf, readAddress } from '../page';
import { readSignaling } from '../signaling';
import { Start } from '../start';

const home = homeOf(import.meta.url);
const { invited } = readAddress();

const identities = browserIdentities(home);

new Join({
  identities,
  tab: notesOf('sessionStorage'),
  place: new URL(home).pathname,
  readSignaling: () => readSignaling(home),
  go: address => location.assign(address)
}).show(invited);

/** An entry of its own, beside this one. */
const founding = new URL('founding.js', import.meta.url).href;
const start = find('start-class', HTMLAnchorElement);
new Start({
  button: start,
  said: find('start-class-said', HTMLElement),
  found: async () => {
    const { foundingAt } = (await import(founding)) as typeof import('./founding');
    return foundingAt(home).found(new URL(start.href).searchParams.get('workshop') ?? '');
  },
  go: invitation => location.assign(linkInto(start.href, invitation))
});

followLinks(invited);
showEarlier(home, new URL('earlier.js', import.meta.url).href, identities);
