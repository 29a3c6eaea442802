/** The script of a workshop's page. Wiring only. */
import { browserIdentities } from '../../class/identity';
import { readFragment } from '../../core/class/invitation';
import { find } from '../elements';
import { Join } from '../join';
import { linkInto } from '../links';
import { digest, homeOf, newInvitation, notesOf } from '../page';
import { readSignaling } from '../signaling';
import { Start } from '../start';

const home = homeOf(import.meta.url);
const arrived = readFragment(location.hash, digest);

new Join({
  identities: browserIdentities(home),
  tab: notesOf('sessionStorage'),
  place: new URL(home).pathname,
  readSignaling: () => readSignaling(home),
  go: address => location.assign(address)
}).show(arrived);

const start = find('start-class', HTMLAnchorElement);
new Start({
  button: start,
  said: find('start-class-said', HTMLElement),
  found: () => Promise.resolve(newInvitation()),
  go: invitation => location.assign(linkInto(start.href, invitation))
});

// Another link into this page, pasted over it: the browser does not load it anew by itself.
addEventListener('hashchange', () => {
  if (JSON.stringify(readFragment(location.hash, digest)) !== JSON.stringify(arrived)) {
    location.reload();
  }
});
