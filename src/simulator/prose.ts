import type { Random } from '../ports/clock.ts';
import { pick } from './chance.ts';

type Words = readonly [string, ...string[]];

const SLOTS: Readonly<Record<string, Words>> = {
  thing: ['river', 'harbor', 'garden', 'market', 'bridge', 'library', 'orchard', 'workshop', 'station', 'kitchen'],
  part: ['gate', 'clock', 'window', 'path', 'lamp', 'table', 'roof', 'stone', 'door', 'wall'],
  people: ['builders', 'travelers', 'students', 'sailors', 'neighbors', 'farmers', 'visitors', 'teachers'],
  quality: ['quiet', 'old', 'narrow', 'bright', 'patient', 'simple', 'careful', 'warm', 'hidden', 'steady'],
  does: ['follows', 'supports', 'explains', 'changes', 'protects', 'reflects', 'connects', 'needs'],
  did: ['measured', 'noticed', 'repaired', 'remembered', 'shared', 'painted', 'counted', 'named'],
  when: ['In the morning', 'After the rain', 'Before the winter', 'At first', 'Over time', 'Late in the day'],
  so: ['so nobody has to wait', 'which makes the work easier', 'and that is usually enough', 'though it takes time'],
};

const SENTENCES: Words = [
  'The {quality} {thing} {does} the {part} beside it, {so}.',
  '{when}, the {people} {did} the {part} of the {thing}.',
  'A {thing} with a {quality} {part} {does} more than it seems to.',
  'Most {people} {did} the {quality} {part} once, and then they went on.',
  '{when} the {thing} is {quality}, but the {part} stays as it was.',
  'There are two reasons: the {thing} {does} the {part}, and the {people} like it that way.',
  'If the {part} is {quality}, the {people} come back to the {thing}.',
];

const THOUGHTS: Words = [
  'The user asks about the {thing}.',
  'We should mention the {part} and the {people}.',
  'Keep it {quality} and short.',
  'Maybe begin with the {quality} {part}.',
  'Check that the {thing} {does} the {part}.',
  'No need to name the {people} twice.',
];

function fill(random: Random, sentence: string): string {
  return sentence.replaceAll(/\{(\w+)\}/g, (_slot, name: string) => pick(random, SLOTS[name] ?? ['thing']));
}

/** A sentence of plausible prose. */
export function sentence(random: Random): string {
  return fill(random, pick(random, SENTENCES));
}

/** A sentence of a model's reasoning. */
export function thought(random: Random): string {
  return fill(random, pick(random, THOUGHTS));
}
