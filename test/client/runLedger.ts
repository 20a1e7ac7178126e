import { concat, delay, finalize, NEVER, type Observable, of, type Subscription, tap, throwError } from 'rxjs';
import { createGroq } from '../../src/client/createGroq.ts';
import { ConnectionError } from '../../src/errors/ConnectionError.ts';
import { isBudgetExceededError } from '../../src/errors/guards.ts';
import type { UsageRecord } from '../../src/model/UsageRecord.ts';
import type { WireEvent } from '../../src/ports/Transport.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { quota } from '../../src/testing/quota.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';
import { wire } from '../../src/testing/wire.ts';
import { characterCounter } from '../util/characterCounter.ts';
import { seeded } from '../util/random.ts';

const PROMPT = 'Hello';

/** Runs a seed's mixture of requests, faults, retries and cancels to its end, and returns what the records lack. */
export function runLedger(seed: number) {
  const chance = seeded(seed);
  const below = (limit: number): number => Math.floor(chance() * limit);
  const pick = <T>(...choices: readonly T[]): T => choices[below(choices.length)] as T;
  const scheduler = virtualClock();
  const limit = pick(0, 40, 200, 1_000_000);
  const tenantLimit = pick(0, 30, 1_000_000);

  const at = <T>(ms: number, value: T): Observable<T> => of(value).pipe(delay(ms, scheduler));
  const lost = (sent: boolean) => throwError(() => new ConnectionError('', { sent }));
  const good = (...end: Observable<WireEvent>[]): Observable<WireEvent> =>
    concat(at(below(5), wire.sent), at(below(9), wire.head()), at(below(9), wire.text('ab')), ...end);
  const refusal = (status: number, headers = {}): Observable<WireEvent> =>
    concat(of(wire.sent), at(below(9), wire.head(status, headers)), of(wire.error('no')));
  const usage = (max: number) => ({ prompt_tokens: PROMPT.length, completion_tokens: below(max + 1) });
  const whole = (max: number): Observable<WireEvent> =>
    good(of(wire.text('c')), at(below(9), wire.finish('stop', usage(max))), of(wire.done));
  const inOnePiece = (max: number): Observable<WireEvent> =>
    concat(
      at(below(5), wire.sent),
      at(below(9), wire.head()),
      at(below(9), wire.completion({ content: 'ab' }, { usage: usage(max) })),
    );

  function reply(max: number, streamed: boolean): Observable<WireEvent> {
    const fate = chance();
    if (fate < 0.5) return streamed ? whole(max) : inOnePiece(max);
    if (fate < 0.55) return good(of(wire.finish('stop')));
    if (fate < 0.65) return good(lost(true));
    if (fate < 0.7) return good(NEVER);
    if (fate < 0.75) return lost(false);
    if (fate < 0.8) return concat(of(wire.sent), lost(true));
    if (fate < 0.9) return refusal(429, { 'retry-after-ms': String(below(50)) });
    return refusal(pick(400, 401, 500, 503));
  }

  let sent = 0;
  // The worst case of attempts without a record yet, and of those with one: in total, and for the tenant.
  const open = new Map<number, number>();
  let used = 0;
  let usedByTenant = 0;
  let highest = 0;
  const maxima = new Map<number, number>();
  const worst = (seq: number): number => PROMPT.length + (maxima.get(seq) ?? 0);

  const transport = fakeTransport(({ body }) => {
    const asked = JSON.parse(String(body)) as Record<string, number>;
    const { max_completion_tokens: max, seed: name, stream } = asked;
    maxima.set(name ?? -1, max ?? 0);
    return reply(max ?? 0, Boolean(stream)).pipe(
      tap(({ type }) => {
        if (type !== 'sent') return;
        sent += 1;
        open.set(name ?? -1, worst(name ?? -1));
        highest = Math.max(highest, used + [...open.values()].reduce((sum, one) => sum + one, 0));
      }),
    );
  });
  const groq = createGroq({
    transport,
    scheduler,
    random: chance,
    counter: characterCounter(),
    store: quota(1 + below(5), 10 + below(100), { scheduler }),
    maxInFlight: pick(1, 3, 1_000),
    budget: { tokens: limit, tenants: { a: { tokens: tenantLimit } } },
    timeouts: { total: 200, queue: pick(undefined, 400) },
    retry: { count: below(4), initialDelay: 20 },
  });

  const records: UsageRecord[] = [];
  groq.usage$.subscribe((record) => {
    records.push(record);
    open.delete(record.seq);
    const tokens = record.type === 'unknown' ? worst(record.seq) : record.tokens.totalTokens;
    used += tokens;
    if (record.tenant === 'a') usedByTenant += tokens;
  });

  // Requests are numbered in the order of acceptance; refused ones have no number.
  let accepted = 0;
  let wrongRefusals = 0;
  let waiting = 0;
  const running: Subscription[] = [];
  const ask = (): void => {
    const messages = [{ role: 'user' as const, content: PROMPT }];
    const tenant = pick(undefined, 'a', 'b');
    const request = { model: 'm', messages, max_completion_tokens: 3 + below(20), seed: accepted++ };
    let refusedAtOnce = true;
    const answer = pick<() => Observable<unknown>>(
      () => groq.chat(request, { tenant }),
      () => groq.chunks(request, { tenant }),
      () => groq.complete(request, { tenant }),
    )();
    waiting += 1;
    const left = finalize(() => {
      waiting -= 1;
    });
    const subscription = answer.pipe(left).subscribe({
      error: (error: unknown) => {
        if (!isBudgetExceededError(error)) return;
        if (refusedAtOnce) accepted -= 1;
        if (error.used + error.reserved + error.requested <= error.limit) wrongRefusals += 1;
      },
    });
    refusedAtOnce = false;
    running.push(subscription);
    if (chance() < 0.3) {
      scheduler.schedule(() => {
        subscription.unsubscribe();
      }, below(150));
    }
  };
  const count = 1 + below(30);
  for (let i = 0; i < count; i++) scheduler.schedule(ask, chance() < 0.5 ? 0 : below(200));
  if (chance() < 0.3) scheduler.schedule(() => void groq.close(), below(300));
  scheduler.flush();

  // A request far above every budget is refused at once, with the reserved amount in its error.
  let reserved: number | undefined;
  const messages = [{ role: 'user' as const, content: PROMPT }];
  groq.chat({ model: 'm', messages, max_completion_tokens: 1e9 }).subscribe({
    error: (error: unknown) => {
      if (isBudgetExceededError(error)) reserved = error.reserved;
    },
  });

  const lacks = {
    'asked and neither ended nor cancelled': waiting,
    'attempts without a record': sent - records.length,
    'attempts with two': records.length - new Set(records.map(({ seq, attempt }) => `${seq}.${attempt}`)).size,
    'attempts that seem to be open': open.size,
    'used beyond the budget': Math.max(0, highest - limit, used - limit, usedByTenant - tenantLimit),
    'refused although there was room': wrongRefusals,
    'reserved in the end': reserved,
    'timers that are left': scheduler.pending,
  };
  return { sent, kinds: new Set(records.map(({ type }) => type)), lacks };
}

/** The result of a run without defects. */
export const CLEAN = {
  'asked and neither ended nor cancelled': 0,
  'attempts without a record': 0,
  'attempts with two': 0,
  'attempts that seem to be open': 0,
  'used beyond the budget': 0,
  'refused although there was room': 0,
  'reserved in the end': 0,
  'timers that are left': 0,
};
