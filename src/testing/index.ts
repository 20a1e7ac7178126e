export { type FakeTransport, fakeTransport } from './fakeTransport.ts';
export { quota } from './quota.ts';
export { virtualClock } from './virtualClock.ts';
export { wire } from './wire.ts';
