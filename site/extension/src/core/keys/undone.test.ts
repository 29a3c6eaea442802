import { expect, it } from 'vitest';
import { Undone } from './undone';

const stated = (epoch: number, ...keys: number[]) => {
  const [keyHash, ...others] = keys.map(key => new Uint8Array(32).fill(key));
  return { epoch, keyHash: keyHash!, others };
};

it('[LOG15] an epoch is undone when it is stated no more, and until it is stated again', () => {
  const undone = new Undone();
  const seen = [
    [stated(1, 1)],
    [stated(1, 1), stated(2, 2)],
    // Another counts first.
    [stated(1, 1), stated(2, 3, 2)],
    [stated(1, 1), stated(2, 2, 3)],
    [stated(1, 1)],
    [stated(1, 1), stated(3, 4)],
    [stated(1, 1), stated(2, 2), stated(3, 4)],
    [stated(1, 1), stated(2, 2), stated(3, 4)],
    []
  ].map(epochs => [undone.take(epochs), [...undone.epochs], [1, 2, 3].filter(each => undone.isStated(each))]);
  expect(seen).toEqual([
    [false, [], [1]],
    [false, [], [1, 2]],
    [true, [], [1, 2]],
    [false, [], [1, 2]],
    [true, [2], [1]],
    [false, [2], [1, 3]],
    [true, [], [1, 2, 3]],
    [false, [], [1, 2, 3]],
    [true, [1, 2, 3], []]
  ]);
});
