/** The contract of cryptography in a browser without a site, for `tests/browser/test_crypto_contract.py`. */
import type { ICrypto } from '../core/crypto';
import { chooseCrypto } from './choose';
import { checkSignature, checkVectors, CONTRACT, type ISignatureVector, type IVectors } from './contract';
import { Noble } from './noble';
import { type ICan, probe, WebCrypto } from './webcrypto';

export function can(): Promise<ICan> {
  return probe(crypto.subtle);
}

/** Runs one case on what a page chooses; '' when it holds, otherwise what went wrong. */
export async function runContract(title: string): Promise<string> {
  const found = CONTRACT.find(each => each.title === title);
  if (!found) {
    return `There is no case called ${title}`;
  }
  return failure(found.run(await chosen()));
}

/** What is wrong with each of the signatures on the edge, by the browser and by noble. */
export async function runSignatures(vectors: readonly ISignatureVector[]): Promise<string[]> {
  const all: string[] = [];
  for (const [name, tried] of [['webcrypto', await strict()] as const, ['noble', new Noble()] as const]) {
    for (const vector of vectors) {
      const wrong = await failure(checkSignature(tried, vector));
      all.push(...(wrong ? [`${name}: ${vector.title}: ${wrong}`] : []));
    }
  }
  return all;
}

export async function runVectors(vectors: IVectors): Promise<string> {
  return failure(checkVectors(await chosen(), vectors));
}

async function strict(): Promise<ICrypto> {
  return new WebCrypto(crypto.subtle, await can(), new Noble());
}

function chosen(): Promise<ICrypto> {
  return new Promise(then => {
    const made = chooseCrypto(crypto.subtle, () => then(made));
  });
}

async function failure(running: Promise<void>): Promise<string> {
  try {
    await running;
    return '';
  } catch (error) {
    return String(error);
  }
}
