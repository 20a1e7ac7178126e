import type { StateToken, Token } from '../index.ts';

/**
 * When a request came how far, in the milliseconds of whichever clock its owner reads. It is told the tokens of a call
 * with `lifecycle: true`.
 */
export class Milestones {
  /** When it was asked. */
  readonly asked: number;
  /** When it was granted, at its last attempt. */
  admitted: number | undefined;
  /** When the connection was there. */
  connected: number | undefined;
  firstToken: number | undefined;
  ended: number | undefined;

  constructor(now: number) {
    this.asked = now;
  }

  hear(token: Token | StateToken, now: number): void {
    if (token.type !== 'state') this.firstToken ??= now;
    else if (token.state === 'admitted') this.admitted = now;
    else if (token.state === 'connected') this.connected = now;
  }

  /** How long it waited for its turn. */
  get waited(): number | undefined {
    return since(this.asked, this.admitted);
  }

  /** How long connecting took. */
  get connecting(): number | undefined {
    return since(this.admitted, this.connected);
  }

  /** How long the first token took, from when it was granted. */
  get toFirstToken(): number | undefined {
    return since(this.admitted, this.firstToken);
  }
}

const since = (start: number | undefined, end: number | undefined): number | undefined =>
  start === undefined || end === undefined ? undefined : end - start;
