/** Known questions and answers, to see whether a browser's cryptography does what it says. */
import { fromHex } from './hex';

export const ANSWERS = {
  /** RFC 8032, 7.1, test 2. */
  ed25519: {
    key: fromHex('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c'),
    message: fromHex('72'),
    signature: fromHex(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'
    )
  },
  /** RFC 7748, 5.2, first. */
  x25519: {
    seed: fromHex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'),
    theirs: fromHex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
    secret: fromHex('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552')
  },
  /** McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16. */
  gcm: {
    key: fromHex('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308'),
    nonce: fromHex('cafebabefacedbaddecaf888'),
    head: fromHex('feedfacedeadbeeffeedfacedeadbeefabaddad2'),
    plain: fromHex(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
        '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39'
    ),
    sealed: fromHex(
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
        '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b'
    )
  }
} as const;
