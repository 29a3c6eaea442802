/**
 * The browser's own cryptography where it is as strict as ours: verifying, agreeing, opening. What it does not do as the
 * known answers say is done by `other`, operation by operation [CRY7]. It answers later, and not in the order of asking.
 *
 * Signing, sealing and deriving the keys for it stay with `other`, which answers at once: what a page writes while it is
 * being left must be signed and sealed before it is gone.
 */
import { sameBytes } from '../core/bytes';
import type { IAgreement, ICrypto, ISigner } from '../core/crypto';
import { ANSWERS } from './answers';
import { Recent } from './recent';
import { isAgreementKey, mayBeGenuine, mustBe } from './strict';

/** Imported keys remembered. */
const KEYS = 256;
/** What stands before the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);

export interface ICan {
  readonly verify: boolean;
  readonly agree: boolean;
  readonly open: boolean;
}

export const NOTHING: ICan = { verify: false, agree: false, open: false };

/** Which operations `subtle` does right: known answers given, and wrong ones refused. Never rejects. */
export async function probe(subtle: SubtleCrypto | undefined): Promise<ICan> {
  if (!subtle) {
    return NOTHING;
  }
  const { ed25519, x25519, gcm } = ANSWERS;
  const isTrue = (doing: () => Promise<boolean>): Promise<boolean> =>
    Promise.resolve()
      .then(doing)
      .catch(() => false);
  const refuses = (doing: () => Promise<unknown>): Promise<boolean> =>
    doing().then(
      () => false,
      () => true
    );
  const [verify, agree, open] = await Promise.all([
    isTrue(async () => {
      const key = await importVerifying(subtle, ed25519.key);
      const wrong = ed25519.signature.slice();
      wrong[40]! ^= 1;
      const answers = [ed25519.signature, wrong].map(each =>
        subtle.verify('Ed25519', key, each, ed25519.message)
      );
      const [genuine, forged] = await Promise.all(answers);
      return genuine === true && forged === false;
    }),
    isTrue(async () => {
      const key = await importAgreeing(subtle, x25519.seed);
      return sameBytes(await agreeWith(subtle, key, x25519.theirs), x25519.secret);
    }),
    isTrue(async () => {
      const wrong = gcm.sealed.slice();
      wrong[0]! ^= 1;
      const plain = await openWith(subtle, gcm.key, gcm.nonce, gcm.head, gcm.sealed);
      const isRefused = await refuses(() => openWith(subtle, gcm.key, gcm.nonce, gcm.head, wrong));
      return isRefused && sameBytes(plain, gcm.plain);
    })
  ]);
  return { verify, agree, open };
}

export class WebCrypto implements ICrypto {
  constructor(
    private readonly _subtle: SubtleCrypto,
    private readonly _can: ICan,
    private readonly _other: ICrypto
  ) {}

  verify(
    key: Uint8Array,
    signature: Uint8Array,
    message: Uint8Array,
    then: (isGenuine: boolean) => void
  ): void {
    if (!mayBeGenuine(key, signature)) {
      then(false);
      return;
    }
    if (!this._can.verify) {
      this._other.verify(key, signature, message, then);
      return;
    }
    // Copies: whoever asked may write over theirs before the answer.
    const [ownKey, ownSignature, ownMessage] = [key.slice(), signature.slice(), message.slice()];
    this._verifying(ownKey)
      .then(imported => this._subtle.verify('Ed25519', imported, ownSignature, ownMessage))
      .then(then, () => this._other.verify(ownKey, ownSignature, ownMessage, then));
  }

  signer(seed: Uint8Array, then: (signer: ISigner) => void): void {
    this._other.signer(seed, then);
  }

  agreement(seed: Uint8Array, then: (agreement: IAgreement) => void): void {
    const own = seed.slice();
    this._other.agreement(own, slow =>
      then(this._can.agree ? new Agreement(this._subtle, importAgreeing(this._subtle, own), slow) : slow)
    );
  }

  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    plain: Uint8Array,
    then: (sealed: Uint8Array) => void
  ): void {
    this._other.seal(key, nonce, head, plain, then);
  }

  open(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    sealed: Uint8Array,
    then: (plain: Uint8Array | null) => void
  ): void {
    if (!this._can.open) {
      this._other.open(key, nonce, head, sealed, then);
      return;
    }
    mustBe(32, key, 'A sealing key');
    mustBe(12, nonce, 'A nonce');
    if (sealed.byteLength < 16) {
      then(null);
      return;
    }
    const [ownKey, ownNonce, ownHead, ownSealed] = [key.slice(), nonce.slice(), head.slice(), sealed.slice()];
    openWith(this._subtle, ownKey, ownNonce, ownHead, ownSealed).then(then, (error: unknown) => {
      // "OperationError" is how WebCrypto says that a tag does not fit; anything else is no answer.
      if (error instanceof DOMException && error.name === 'OperationError') {
        then(null);
      } else {
        this._other.open(ownKey, ownNonce, ownHead, ownSealed, then);
      }
    });
  }

  derive(
    secret: Uint8Array,
    salt: Uint8Array,
    info: string,
    bytes: number,
    then: (key: Uint8Array) => void
  ): void {
    this._other.derive(secret, salt, info, bytes, then);
  }

  private _verifying(key: Uint8Array): Promise<CryptoKey> {
    const name = String.fromCharCode(...key);
    let imported = this._keys.get(name);
    if (!imported) {
      imported = importVerifying(this._subtle, key);
      this._keys.set(name, imported);
    }
    return imported;
  }

  private readonly _keys = new Recent<Promise<CryptoKey>>(KEYS);
}

class Agreement implements IAgreement {
  readonly key: Uint8Array;
  readonly #subtle: SubtleCrypto;
  readonly #own: Promise<CryptoKey>;
  readonly #slow: IAgreement;

  constructor(subtle: SubtleCrypto, own: Promise<CryptoKey>, slow: IAgreement) {
    this.key = slow.key;
    this.#subtle = subtle;
    this.#own = own;
    this.#slow = slow;
    own.catch(() => undefined); // heard where it is used
  }

  agree(theirs: Uint8Array, then: (secret: Uint8Array | null) => void): void {
    if (!isAgreementKey(theirs)) {
      then(null);
      return;
    }
    const own = theirs.slice();
    this.#own.then(key => agreeWith(this.#subtle, key, own)).then(then, () => this.#slow.agree(own, then));
  }
}

function importVerifying(subtle: SubtleCrypto, key: Uint8Array): Promise<CryptoKey> {
  return subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
}

function importAgreeing(subtle: SubtleCrypto, seed: Uint8Array): Promise<CryptoKey> {
  return subtle.importKey('pkcs8', Uint8Array.of(...PKCS8, ...seed), 'X25519', false, ['deriveBits']);
}

async function agreeWith(subtle: SubtleCrypto, key: CryptoKey, theirs: Uint8Array): Promise<Uint8Array> {
  const other = await subtle.importKey('raw', theirs, 'X25519', false, []);
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: other }, key, 256));
}

async function openWith(
  subtle: SubtleCrypto,
  key: Uint8Array,
  iv: Uint8Array,
  additionalData: Uint8Array,
  sealed: Uint8Array
): Promise<Uint8Array> {
  const imported = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
  return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, imported, sealed));
}
