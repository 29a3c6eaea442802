/** The script of the teacher's page. Wiring only. */
import { browserIdentities, type IIdentity } from '../../class/identity';
import { browserVault, enter, pageCrypto } from '../../class/enter';
import { pageClock } from '../../connection/page';
import { ownerIn, readFragment } from '../../core/class/invitation';
import { readRecovery } from '../../core/class/recovery';
import { fetchCatalogue } from '../../workshop/catalogue';
import { downloadText, Saved } from '../keeping';
import { pathsIn } from '../offers';
import { digest, homeOf, newInvitation, newParticipant, notesOf } from '../page';
import { placeIn } from '../places';
import { readSignaling } from '../signaling';
import { Started } from '../started';
import { Teacher } from '../teacher';
import { Watch, type Watched } from '../watch';

const home = homeOf(import.meta.url);
const site = new URL(home).pathname;
const identities = browserIdentities(home);
const notes = notesOf('localStorage');
const arrived = readFragment(location.hash, digest);
const owner = ownerIn(location.hash);
const vault = browserVault(home);

new Teacher({
  home,
  search: location.search,
  identities,
  started: new Started(site, notes, digest),
  saved: new Saved(site, notes),
  clock: pageClock,
  found: () => Promise.resolve(newInvitation()),
  readRecovery: text => new Promise(then => readRecovery(pageCrypto(), digest, text, then)),
  takeOver: () => Promise.reject(new Error('this site cannot do it yet')),
  download: downloadText,
  readSignaling: () => readSignaling(home),
  placeIn: workshop => placeIn(site, notes, workshop),
  go: address => location.assign(address),
  open: address => void (window.open(address, '_blank') ?? location.assign(address)),
  watch: (invitation, offer, invite, power) => {
    const paths = new Map<string, string>();
    void fetchCatalogue(home).then(
      catalogue => pathsIn(catalogue).forEach(([genesis, path]) => paths.set(genesis, path)),
      () => undefined
    );
    const join = async (identity: IIdentity): Promise<Watched> =>
      enter({
        vault: await vault,
        owner,
        invitation,
        identity,
        identities,
        root: home,
        pathOf: genesis => paths.get(genesis)
      });
    const watch = new Watch(invite, pageClock, offer.steps, join, power);
    return identity => watch.as(identity);
  },
  newParticipant,
  now: () => Date.now()
}).show(arrived);

// A class was started, or another link pasted over this one: the browser does not load the page anew by itself.
addEventListener('hashchange', () => {
  if (JSON.stringify(readFragment(location.hash, digest)) !== JSON.stringify(arrived)) {
    location.reload();
  }
});
