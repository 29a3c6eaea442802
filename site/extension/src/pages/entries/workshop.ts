/** The script of a workshop's page. Wiring only. */
import { browserVault } from '../../class/device';
import { browserIdentities } from '../../class/identity';
import { find } from '../elements';
import { Founding } from '../founding';
import { Join } from '../join';
import { linkInto } from '../links';
import { digest, followLinks, homeOf, notesOf, readAddress } from '../page';
import { readSignaling } from '../signaling';
import { Start } from '../start';
import { Started } from '../started';

const home = homeOf(import.meta.url);
const site = new URL(home).pathname;
const { invited } = readAddress();

new Join({
  identities: browserIdentities(home),
  tab: notesOf('sessionStorage'),
  place: site,
  readSignaling: () => readSignaling(home),
  go: address => location.assign(address)
}).show(invited);

const start = find('start-class', HTMLAnchorElement);
new Start({
  button: start,
  said: find('start-class-said', HTMLElement),
  // The vault is opened when it is needed: most who come here only read.
  found: () =>
    new Founding(browserVault(home), new Started(site, notesOf('localStorage'), digest)).found(
      new URL(start.href).searchParams.get('workshop') ?? ''
    ),
  go: invitation => location.assign(linkInto(start.href, invitation))
});

followLinks(invited);
