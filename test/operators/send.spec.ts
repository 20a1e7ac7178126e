import { concat, concatAll, EMPTY, from, map, mergeAll, NEVER, Observable, of, pipe, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../src/errors/CancelledError.ts';
import { ClosedError } from '../../src/errors/ClosedError.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { ProtocolError } from '../../src/errors/ProtocolError.ts';
import type { RequestTooLargeError } from '../../src/errors/RequestTooLargeError.ts';
import { TimeoutError } from '../../src/errors/TimeoutError.ts';
import type { Outcome } from '../../src/model/Outcome.ts';
import type { StateToken, Token } from '../../src/model/Token.ts';
import { parseEvents } from '../../src/operators/parseEvents.ts';
import { type Answering, send } from '../../src/operators/send.ts';
import { toChunks } from '../../src/operators/toChunks.ts';
import { toTokens } from '../../src/operators/toTokens.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { REFUSED_COST, usedCost } from '../../src/rules/counting/cost.ts';
import { wire } from '../../src/testing/wire.ts';
import { jobMaker, type NamedJob } from '../util/jobs.ts';
import { marbles } from '../util/marbles.ts';
import { rx } from '../util/rx.ts';
import { grantFor, type TestGrant, transportOf } from '../util/sending.ts';
import { told } from '../util/told.ts';

const usage = wire.usage({ prompt_tokens: 10, completion_tokens: 5 });
const values = {
  s: wire.sent,
  h: wire.head(200, { 'x-ratelimit-remaining-tokens': '7' }),
  a: wire.text('a'),
  f: wire.finish('stop', usage),
  d: wire.done,
};

const make = jobMaker();
const typeOf = (token: Token | StateToken): string => ('text' in token ? token.text : token.type);

/** Sends one job and records its notifications in order. */
function sendOne(events: Observable<WireEvent>): { grant: TestGrant; heard: string[]; error: unknown } {
  const grant = grantFor(make('l'));
  const result = { grant, heard: [] as string[], error: undefined as unknown };
  of(grant)
    .pipe(send({ transport: transportOf(events) }), mergeAll())
    .subscribe({
      next: (token) => result.heard.push(`${typeOf(token)}:${grant.state}`),
      error: (error: unknown) => {
        result.heard.push(`error:${grant.state}`);
        result.error = error;
      },
      complete: () => result.heard.push(`complete:${grant.state}`),
    });
  return result;
}

describe('send', () => {
  it('should show nothing of the server if the transport fails to redact it, and keep the error', async () => {
    const redact = (): string => {
      throw new Error('no redaction');
    };
    const body = JSON.stringify({ error: { message: 'secret', code: 'secret' } });
    const refused = of(wire.sent, wire.head(503), wire.data(body));
    const broken = of(wire.sent, wire.head(), wire.text('a'), wire.data('data: {"error":{"message":"secret"}}\n\n'));
    const errors = [refused, broken].map((events) => {
      const transport = { ...transportOf(events), redact };
      return told(of(grantFor(make('l'))).pipe(send({ transport }), mergeAll())).error;
    });
    expect(await Promise.all(errors)).toMatchObject([
      { name: 'HttpError', status: 503, message: '…' },
      { name: 'HttpError', message: '…' },
    ]);
  });

  it('should behave as its marble diagram shows', () => {
    rx(({ hot, expectObservable, expectSubscriptions }) => {
      const { source, expected } = marbles('send');
      const grants = hot(source, { a: grantFor(make('a')), b: grantFor(make('b')) });
      const taken = map((answer: Answering<NamedJob, Token>) => {
        answer.subscribe();
        return answer.job.name;
      });
      expectObservable(grants.pipe(send({ transport: transportOf(NEVER) }), taken)).toBe(expected);
      expectSubscriptions(grants.subscriptions).toBe('^-----------!');
    });
  });

  it('should send the request as a stream, with only the fields that were set', () => {
    const transport = transportOf(EMPTY);
    of(grantFor(make('l')))
      .pipe(send({ transport }), mergeAll())
      .subscribe({ error: () => undefined });
    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/chat/completions',
        body: '{"model":"m","messages":[{"role":"user","content":"l"}],"stream":true}',
      },
    ]);
  });

  it('should fail with the field of a request that JSON cannot represent, and give the grant back', async () => {
    const request = { model: 'm', messages: [{ role: 'user' as const, content: 'l' }], seed: 1n as unknown as number };
    const grant = grantFor(make('l', { request }));
    const transport = transportOf(EMPTY);
    const answer = of(grant).pipe(send({ transport }), mergeAll());
    await expect(told(answer).error).resolves.toMatchObject({ code: 'GROQ_ERR_VALIDATION', path: 'seed' });
    expect([grant.outcomes, transport.requests]).toEqual([[{ type: 'unsent' }], []]);
  });

  it('should read the answer, and pass its headers to the grant', () => {
    rx(({ cold, scheduler, expectObservable, expectSubscriptions, flush }) => {
      const source = cold('s-h-a-(fd|)', values);
      const grant = grantFor(make('l'));
      const read = () => (bytes: Observable<Uint8Array>) => bytes.pipe(parseEvents(), toTokens({ scheduler }));
      const answer = of(grant).pipe(send({ transport: transportOf(source), read }), mergeAll(), map(typeOf));
      expectObservable(answer).toBe('s---a-(f|)', { s: 'state', a: 'a', f: 'finish' });
      expectSubscriptions(source.subscriptions).toBe('^-----!');
      flush();
      expect(grant.learned).toEqual([{ 'x-ratelimit-remaining-tokens': '7' }]);
    });
  });

  it('should settle with the usage before the subscriber receives the end', () => {
    const { grant, heard } = sendOne(of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop', usage), wire.done));
    expect(heard).toEqual(['state:sent', 'a:sent', 'finish:settled', 'complete:settled']);
    expect(grant.outcomes).toEqual([{ type: 'used', cost: usedCost(usage) }]);
  });

  it('should keep the charge if the answer reports no usage', () => {
    const { grant } = sendOne(of(wire.sent, wire.head(), wire.text('a'), wire.finish('stop'), wire.done));
    expect(grant.outcomes).toEqual([{ type: 'unknown' }]);
  });

  it.each([
    ['does not tell', []],
    ['tells twice', [wire.sent, wire.sent]],
  ])('should emit `connected` once for a transport that %s', (_, sent) => {
    const { grant, heard } = sendOne(of(...sent, wire.head(200, { h: '1' }), wire.finish(), wire.done));
    expect(heard).toEqual(['state:sent', 'finish:sent', 'complete:settled']);
    expect(grant.learned).toEqual([{ h: '1' }]);
  });

  const reset = new ConnectionError('reset', { sent: true });
  const refused = new ConnectionError('refused', { sent: false });
  const tooLarge =
    'Request too large for model `m` in organization `org_x` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 12328, please reduce your message size and try again.';
  const limit =
    'Rate limit reached for model `m` in organization `org_x` service tier `on_demand` on tokens per minute (TPM): Limit 8000, Used 7900, Requested 1000. Please try again in 6.75s. Need more tokens?';

  it.each<[string, Observable<WireEvent>, Outcome]>([
    ['never left', throwError(() => refused), { type: 'unsent' }],
    [
      'never arrived',
      concat(
        [wire.sent],
        throwError(() => refused),
      ),
      { type: 'unsent' },
    ],
    ['was lost on its way', fail([wire.sent], reset), { type: 'unknown' }],
    ['was cut', fail([wire.sent, wire.head(), wire.text('a')], reset), { type: 'unknown' }],
    ['was refused', of(wire.sent, wire.head(400), wire.error('no')), { type: 'used', cost: REFUSED_COST }],
    [
      'was too large',
      of(wire.sent, wire.head(413), wire.error(tooLarge, 'rate_limit_exceeded', 'tokens')),
      {
        type: 'used',
        cost: REFUSED_COST,
        told: expect.objectContaining({ dimension: 'tpm', limit: 6_000 }) as RequestTooLargeError,
      },
    ],
    ['failed at the server', of(wire.sent, wire.head(500), wire.error('oops')), { type: 'unknown' }],
    [
      'hit a limit',
      of(wire.sent, wire.head(429, { 'retry-after': '7' }), wire.error(limit, 'rate_limit_exceeded', 'tokens')),
      { type: 'rejected', dimension: 'tpm', ms: 6_750, limit: 8_000, used: 7_900, requested: 1_000 },
    ],
    [
      'hit a limit that is not named',
      of(wire.sent, wire.head(429, { 'retry-after': '7' })),
      { type: 'rejected', dimension: undefined, ms: 7_000, limit: undefined, used: undefined, requested: undefined },
    ],
    [
      'hit a limit over a transport that does not tell of sending',
      of(wire.head(429, { 'retry-after': '7' })),
      { type: 'rejected', dimension: undefined, ms: 7_000, limit: undefined, used: undefined, requested: undefined },
    ],
    [
      'failed in the middle',
      of(wire.sent, wire.head(), wire.text('a'), wire.data('event: error\ndata: {"error":{"status_code":400}}\n\n')),
      { type: 'unknown' },
    ],
  ])('should settle a request that %s once, before the error', (_, events, outcome) => {
    const { grant, heard, error } = sendOne(events);
    expect(error).toBeInstanceOf(Error);
    expect(heard.at(-1)).toBe('error:settled');
    expect(grant.outcomes).toEqual([outcome]);
  });

  it.each([
    ['waits for a connection', '-----', 'unsent'],
    ['waits for the answer', '   s----', 'unknown'],
    ['reads the answer', '       s-h-a', 'unknown'],
  ])('should close the connection and settle when unsubscribed while it %s', (_, source, type) => {
    rx(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const events = cold(source.trim(), values);
      const grant = grantFor(make('l'));
      const answer = of(grant).pipe(
        send({ transport: transportOf(events) }),
        mergeAll(),
        map(() => 'x'),
      );
      expectObservable(answer, '-----!');
      expectSubscriptions(events.subscriptions).toBe('^----!');
      flush();
      expect(grant.outcomes).toEqual([{ type }]);
    });
  });

  it('should give the grant of an answer back that was not subscribed to', () => {
    const grants = [grantFor(make('a')), grantFor(make('b'))];
    let error: unknown;
    of(...grants)
      .pipe(send({ transport: transportOf(of(wire.sent, wire.head(), wire.finish(), wire.done)) }))
      .subscribe((answer) => {
        if (answer.job.name === 'b') answer.subscribe();
      });
    expect(grants.map(({ outcomes }) => outcomes)).toEqual([[{ type: 'unsent' }], [{ type: 'unknown' }]]);

    of(...[grantFor(make('a')), grantFor(make('b'))])
      .pipe(send({ transport: transportOf(NEVER) }), concatAll())
      .subscribe({ error: (e: unknown) => (error = e) });
    expect(error).toBeUndefined();
  });

  it('should send nothing for a late subscriber', () => {
    const transport = transportOf(NEVER);
    const answers: Answering<NamedJob, Token>[] = [];
    const grant = grantFor(make('a'));
    of(grant)
      .pipe(send({ transport }))
      .subscribe((answer) => answers.push(answer));
    const errors: unknown[] = [];
    answers[0]?.subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors.map(String)).toEqual([
      'AnswerNotTakenError: The answer was not subscribed to when it was emitted, so its grant was given back. Flatten the answers with mergeAll() or mergeMap(), never with concatAll().',
    ]);
    expect([grant.outcomes, transport.requests]).toEqual([[{ type: 'unsent' }], []]);
  });

  it('should fail with what a transport throws, and give the grant back', () => {
    const grant = grantFor(make('a'));
    const errors: unknown[] = [];
    const broken = new TypeError('broken');
    const transport = {
      send: () => {
        throw broken;
      },
    };
    of(grant)
      .pipe(send({ transport }), mergeAll())
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toMatchObject([{ code: 'GROQ_ERR_CONNECTION', sent: false, cause: broken }]);
    expect(grant.outcomes).toEqual([{ type: 'unsent' }]);
  });

  it('should report the usage once, even if an answer repeats it', () => {
    const used: unknown[] = [];
    const events = of(wire.sent, wire.head(), wire.text('a'), wire.text('b'), wire.finish(), wire.done);
    of(grantFor(make('l')))
      .pipe(
        send<NamedJob>({ transport: transportOf(events), usage: () => () => usage, used: (what) => used.push(what) }),
        mergeAll(),
      )
      .subscribe();
    expect(used).toEqual([usage]);
  });

  it('should look for the usage only in objects, whatever values an answer is read as', () => {
    const grant = grantFor(make('l'));
    const heard: unknown[] = [];
    const values: readonly unknown[] = ['text', 1, null, undefined, { usage }];
    of(grant)
      .pipe(send<NamedJob, unknown>({ transport: transportOf(NEVER), read: () => () => from(values) }), mergeAll())
      .subscribe((value) => heard.push(value));
    expect(heard).toEqual(values);
    expect(grant.outcomes).toEqual([{ type: 'used', cost: usedCost(usage) }]);
  });

  it.each([
    ['beside a `usage` of null', { usage: null, x_groq: { usage } }, { type: 'used', cost: usedCost(usage) }],
    ['with counts that are not whole', { usage: { ...usage, completion_tokens: -1 } }, { type: 'unknown' }],
    ['as null', { usage: null }, { type: 'unknown' }],
  ])("should read the usage of Groq's own chunks %s", (_, reported, outcome) => {
    const grant = grantFor(make('l'));
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], ...reported };
    const events = of(wire.sent, wire.head(), wire.data(`data: ${JSON.stringify(end)}\n\n`), wire.done);
    const read = () => pipe(parseEvents(), toChunks());
    const result = told(of(grant).pipe(send({ transport: transportOf(events), read }), mergeAll()));
    expect([result.ends, grant.outcomes]).toEqual([[['complete']], [outcome]]);
  });

  it('should refuse a second subscriber to one answer', () => {
    const errors: unknown[] = [];
    of(grantFor(make('a')))
      .pipe(send({ transport: transportOf(NEVER) }))
      .subscribe((answer) => {
        answer.subscribe();
        answer.subscribe({ error: (error: unknown) => errors.push(error) });
      });
    expect(errors.map(String)).toEqual([
      'AnswerNotTakenError: The answer was subscribed to a second time, but its grant covers only one request. Share it with share(), or retry with a job that passes the throttle again.',
    ]);
  });

  it('should report the error of the server also when its body is incomplete', () => {
    const stalled = concat(of(wire.sent, wire.head(400), wire.error('Too warm.')), NEVER);
    const errors: unknown[] = [];
    of(grantFor(make('l')))
      .pipe(send({ transport: transportOf(stalled) }))
      .subscribe((answer) => {
        answer.subscribe({ error: (error: unknown) => errors.push(error) });
        answer.fail(new TimeoutError('total', 1));
      });
    expect(errors).toMatchObject([{ status: 400, message: expect.stringContaining('Too warm.') as string }]);
  });

  it.each([new CancelledError(), new ClosedError()])(
    'should fail with a $name while the body of an error arrives',
    (error) => {
      const stalled = concat(of(wire.sent, wire.head(400), wire.error('Too warm.')), NEVER);
      const errors: unknown[] = [];
      of(grantFor(make('l')))
        .pipe(send({ transport: transportOf(stalled) }))
        .subscribe((answer) => {
          answer.subscribe({ error: (each: unknown) => errors.push(each) });
          answer.fail(error);
        });
      expect(errors).toEqual([error]);
    },
  );

  it('should read at most 1 MiB of the body of an error', () => {
    const said = wire.error('Too warm.');
    const blanks = wire.data(' '.repeat(1_048_576));
    // Text that is not JSON is shown unchanged.
    const junk = wire.data('x');
    const messageOf = (...body: WireEvent[]) => String(sendOne(of(wire.sent, wire.head(400), ...body)).error);
    expect(messageOf(said, blanks, junk)).toContain(' Too warm.');
    expect(messageOf(wire.data(' '.repeat(1_048_575)), said)).toContain(' Too warm.');
  });

  it('should stop reading the body of an error at that size', () => {
    const body = new Subject<WireEvent>();
    const sent = sendOne(concat(of(wire.sent, wire.head(500)), body));
    body.next(wire.data('x'.repeat(1_048_575)));
    expect([body.observed, sent.error]).toEqual([true, undefined]);
    body.next(wire.data('x'));
    expect([body.observed, sent.error, sent.heard]).toMatchObject([
      false,
      { status: 500 },
      ['state:sent', 'error:settled'],
    ]);
  });

  it.each([
    ['HTML', wire.head(200, { 'content-type': 'text/html; charset=utf-8' }), 'The answer is text/html'],
    ['plain text', wire.head(200, { 'content-type': 'Text/Plain' }), 'The answer is Text/Plain'],
    ['a compressed body', wire.head(200, { 'content-encoding': 'gzip' }), 'The answer is compressed'],
    [
      'what is compressed after all',
      wire.head(200, { 'content-encoding': 'identity, br' }),
      'The answer is compressed',
    ],
    ['a redirect', wire.head(307, { location: 'https://elsewhere.example' }), 'a redirect (307)'],
  ])('should refuse %s as an answer', (_, head, expected) => {
    const { heard, error } = sendOne(of(wire.sent, head, wire.text('a'), wire.finish(), wire.done));
    expect(heard).toEqual(['state:sent', 'error:settled']);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(String(error)).toContain(expected);
  });

  it.each(['identity', 'Identity', ' IDENTITY ', ''])('should accept an answer that is encoded as %j', (encoding) => {
    const head = wire.head(200, { 'content-encoding': encoding });
    const { error, heard } = sendOne(of(wire.sent, head, wire.text('a'), wire.finish(), wire.done));
    expect([error, heard.at(-1)]).toEqual([undefined, 'complete:settled']);
  });

  it('should complete a request in flight when its source completes', () => {
    rx(({ cold, hot, expectObservable }) => {
      const grants = hot('g|', { g: grantFor(make('l')) });
      const events = cold('s-h-a-(fd|)', values);
      const answer = grants.pipe(send({ transport: transportOf(events) }), mergeAll(), map(typeOf));
      expectObservable(answer).toBe('s---a-(f|)', { s: 'state', a: 'a', f: 'finish' });
    });
  });
});

function fail(events: readonly WireEvent[], error: Error): Observable<WireEvent> {
  return new Observable((subscriber) => {
    for (const event of events) subscriber.next(event);
    subscriber.error(error);
  });
}
