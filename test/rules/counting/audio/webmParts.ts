import { big, bytes } from '../../../util/bytes.ts';
import { ebml, element } from './sounds.ts';

// The parts of a WebM.

const float = (value: number, size: 4 | 8): Uint8Array => {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return new Uint8Array(view.buffer);
};
export const duration = (value: number, size: 4 | 8 = 8) => element(0x4489, float(value, size));
export const scale = (value: number) => element(0x2ad7b1, bytes(big(value, 4)));
export const info = (...inside: Uint8Array[]) => element(0x1549a966, bytes(element(0x4d80, bytes('app')), ...inside));
export const segment = (inside: Uint8Array[], isOpen = false) =>
  bytes(ebml, element(0x18538067, bytes(...inside), isOpen));
export const block = (time: number) =>
  element(0xa3, bytes(0x81, big(time < 0 ? time + 65_536 : time, 2), 0x80, 1, 2, 3));
export const cluster = (time: number, blocks: Uint8Array[], isOpen = false) =>
  element(0x1f43b675, bytes(element(0xe7, bytes(big(time, 3))), ...blocks), isOpen);
export const group = (time: number) =>
  element(0xa0, bytes(element(0xa1, bytes(0x81, big(time, 2), 0)), element(0x9b, bytes(20))));
