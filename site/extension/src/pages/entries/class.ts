/** The script of the teacher's page. Wiring only. */
import { browserIdentities } from '../../class/identity';
import { readFragment } from '../../core/class/invitation';
import { digest, homeOf, newInvitation, notesOf } from '../page';
import { placeIn } from '../places';
import { readSignaling } from '../signaling';
import { Started } from '../started';
import { Teacher } from '../teacher';

const home = homeOf(import.meta.url);
const site = new URL(home).pathname;
const notes = notesOf('localStorage');
const arrived = readFragment(location.hash, digest);

new Teacher({
  home,
  search: location.search,
  identities: browserIdentities(home),
  started: new Started(site, notes, digest),
  newInvitation,
  readSignaling: () => readSignaling(home, fetch),
  placeIn: workshop => placeIn(site, notes, workshop),
  go: address => location.assign(address),
  open: address => void (window.open(address, '_blank') ?? location.assign(address)),
  watch: () => undefined,
  now: () => Date.now()
}).show(arrived);

// A class was started, or another link pasted over this one: the browser does not load the page anew by itself.
addEventListener('hashchange', () => {
  if (JSON.stringify(readFragment(location.hash, digest)) !== JSON.stringify(arrived)) {
    location.reload();
  }
});
