/** The script of the teacher's page. Wiring only. */
import { browserIdentities, type IIdentity } from '../../class/identity';
import { browserVault, pageCrypto } from '../../class/device';
import { enter } from '../../class/enter';
import { handOver } from '../../class/owning';
import { pageClock } from '../../connection/page';
import { readRecovery } from '../../core/class/recovery';
import { fetchCatalogue } from '../../workshop/catalogue';
import { showEarlier } from '../earlier';
import { Founding } from '../founding';
import { downloadText, Saved } from '../keeping';
import { pathsIn } from '../offers';
import { digest, followLinks, homeOf, newParticipant, notesOf, readAddress } from '../page';
import { placeIn } from '../places';
import { readSignaling } from '../signaling';
import { Started } from '../started';
import { Teacher } from '../teacher';
import { Watch, type Watched } from '../watch';

const home = homeOf(import.meta.url);
const site = new URL(home).pathname;
const identities = browserIdentities(home);
const notes = notesOf('localStorage');
const { invited, owner } = readAddress();
const vault = browserVault(home);
const started = new Started(site, notes, digest);
const founding = new Founding(vault, started);

new Teacher({
  home,
  search: location.search,
  identities,
  started,
  saved: new Saved(site, notes),
  clock: pageClock,
  found: workshop => founding.found(workshop),
  readRecovery: text => new Promise(then => readRecovery(pageCrypto(), digest, text, then)),
  takeOver: recovery => founding.takeOver(recovery),
  handOver: async (invitation, from, to) => handOver(await vault, invitation, from, to),
  download: downloadText,
  readSignaling: () => readSignaling(home),
  placeIn: workshop => placeIn(site, notes, workshop),
  go: address => location.assign(address),
  reload: () => location.reload(),
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
}).show(invited);

followLinks(invited);
showEarlier(home, new URL('earlier.js', import.meta.url).href, identities);
