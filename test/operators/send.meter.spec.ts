import { concat, mergeAll, NEVER, Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import type { AttemptEnd, AttemptMeter } from '../../src/model/AttemptMeter.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import type { Reading } from '../../src/model/Written.ts';
import { type SendConfig, send } from '../../src/operators/send.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { wire } from '../../src/testing/wire.ts';
import { jobMaker, type NamedJob } from '../util/jobs.ts';
import { grantFor, transportOf } from '../util/sending.ts';

const make = jobMaker();

const throws = (): never => {
  throw new Error('full');
};

const nameOf = (token: Token | StateToken): string => ('text' in token ? token.text : token.type);

/** Sends a job, and records in order the notifications of its meter and of the subscriber. */
function metered(
  events: Observable<WireEvent>,
  changed: Partial<AttemptMeter<Token>> = {},
  config: Partial<SendConfig<NamedJob, Token>> = {},
) {
  const heard: string[] = [];
  const grant = grantFor(make('l'));
  const transport = transportOf(events);
  const meter: AttemptMeter<Token> = {
    sent: () => heard.push('meter: sent'),
    value: (token) => heard.push(`meter: ${nameOf(token)}`),
    ended: (how: AttemptEnd) => heard.push(`meter: ${how.type}, ${grant.state}`),
    ...changed,
  };
  const subscription = of(grant)
    .pipe(send<NamedJob>({ transport, meter: () => meter, ...config }), mergeAll())
    .subscribe({
      next: (token) => heard.push(nameOf(token)),
      error: (error: unknown) => heard.push(String(error)),
      complete: () => heard.push('complete'),
    });
  return { heard, grant, subscription };
}

describe('the meter of send', () => {
  const usage = wire.usage({ prompt_tokens: 10, completion_tokens: 5 });

  it('should be notified of everything before the subscriber, and of the end once', () => {
    const whole = of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop', usage), wire.done);
    expect(metered(whole).heard).toEqual([
      ...['meter: sent', 'state', 'meter: a', 'a', 'meter: finish', 'finish'],
      ...['meter: completed, settled', 'complete'],
    ]);
  });

  it('should follow what is written, without a reader of its own', () => {
    const readings: Reading[] = [];
    const unfinished = concat(of(wire.sent, wire.head(), wire.text('a'), wire.text('b')), NEVER);
    const { subscription } = metered(unfinished, { follow: (reading) => readings.push(reading) });
    expect(readings.map(({ written }) => written.text)).toEqual(['ab']);
    subscription.unsubscribe();
  });

  it('should be notified of the end after the grant was settled, also without usage', () => {
    const whole = of(wire.sent, wire.head(), wire.finish(), wire.done);
    expect(metered(whole).heard.slice(-2)).toEqual(['meter: completed, settled', 'complete']);
  });

  it('should be notified of an error after the grant was settled', () => {
    const error = new ConnectionError('refused', { sent: false });
    expect(metered(throwError(() => error)).heard).toEqual(['meter: failed, settled', String(error)]);
  });

  it('should be notified once when the subscriber leaves', () => {
    const open = new Observable<WireEvent>((subscriber) => {
      subscriber.next(wire.sent);
    });
    const { heard, subscription } = metered(open);
    subscription.unsubscribe();
    subscription.unsubscribe();
    expect(heard).toEqual(['meter: sent', 'state', 'meter: abandoned, settled']);
  });

  it('should be notified when the subscriber had already left', () => {
    const ends: string[] = [];
    const meter = { sent: () => undefined, value: () => undefined, ended: (how: AttemptEnd) => ends.push(how.type) };
    const grant = grantFor(make('l'));
    of(grant)
      .pipe(send({ transport: transportOf(NEVER), meter: () => meter }))
      .subscribe((answer) => {
        new Observable<unknown>((subscriber) => {
          subscriber.unsubscribe();
          answer.subscribe(subscriber);
        }).subscribe();
      });
    expect(ends).toEqual(['abandoned']);
    expect(grant.outcomes).toEqual([{ type: 'unsent' }]);
  });

  it('should fail the answer with what it throws', () => {
    const { heard, grant } = metered(of(wire.sent, wire.head(), wire.text('a')), { value: throws });
    expect(heard).toEqual(['meter: sent', 'state', 'meter: failed, settled', 'Error: full']);
    expect(grant.outcomes).toEqual([{ type: 'unknown' }]);
  });

  it('should not be created when the usage reader throws', () => {
    let asked = 0;
    const meter = () => {
      asked += 1;
      return undefined;
    };
    const grant = grantFor(make('l'));
    const errors: unknown[] = [];
    of(grant)
      .pipe(send({ transport: transportOf(NEVER), usage: throws, meter }), mergeAll())
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect([errors, asked]).toEqual([[new Error('full')], 0]);
    expect(grant.outcomes).toEqual([{ type: 'unsent' }]);
  });

  it('should be notified when the answer cannot be read', () => {
    const { heard, grant } = metered(NEVER, {}, { read: throws });
    expect(heard).toEqual(['meter: failed, settled', 'Error: full']);
    expect(grant.outcomes).toEqual([{ type: 'unsent' }]);
  });

  it('should be notified of the usage before the counter learns from it', () => {
    const whole = of(wire.sent, wire.head(), wire.finish('stop', usage), wire.done);
    const { heard } = metered(whole, {}, { used: throws });
    expect(heard).toEqual(['meter: sent', 'state', 'meter: finish', 'meter: failed, settled', 'Error: full']);
  });

  it('should fail the answer before anything is sent when it cannot be created', () => {
    const grant = grantFor(make('l'));
    const transport = transportOf(NEVER);
    const errors: unknown[] = [];
    of(grant)
      .pipe(send({ transport, meter: throws }), mergeAll())
      .subscribe({ error: (error: unknown) => errors.push(error, grant.state) });
    expect(errors).toEqual([new Error('full'), 'settled']);
    expect(transport.requests).toEqual([]);
    expect(grant.outcomes).toEqual([{ type: 'unsent' }]);
  });
});
