import { NEVER, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { constantCounter } from '../../src/adapters/constantCounter.ts';
import type { CallOptions } from '../../src/client/CallOptions.ts';
import { createGroq } from '../../src/client/createGroq.ts';
import type { GroqOptions } from '../../src/client/options.ts';
import type { ChatInput } from '../../src/model/ChatRequest.ts';
import { PRIORITIES } from '../../src/model/Priority.ts';
import type { Transport } from '../../src/ports/Transport.ts';
import { fakeTransport } from '../../src/testing/fakeTransport.ts';
import { limitsOf } from '../../src/testing/limitsOf.ts';
import { modelServer } from '../../src/testing/modelServer.ts';
import { virtualClock } from '../../src/testing/virtualClock.ts';

const MODEL = 'openai/gpt-oss-20b';
const HOUR = 3_600_000;

/** Options as a program without `exactOptionalPropertyTypes` may pass them. */
type Loose<T> = { readonly [K in keyof T]?: unknown };

/** How 40 requests of all priorities end within three hours, and when. */
function story(
  options: Loose<GroqOptions>,
  call: Loose<CallOptions>,
  transportBy: (clock: ReturnType<typeof virtualClock>) => Transport,
): readonly string[] {
  const clock = virtualClock();
  const groq = createGroq({
    transport: transportBy(clock),
    scheduler: clock,
    counter: constantCounter(10),
    random: () => 0.5,
    ...(options as GroqOptions),
  });
  const lines: string[] = [];
  const hear = (name: string, answer: Observable<unknown>): void => {
    answer.subscribe({
      error: (error: unknown) => lines.push(`${name} ${clock.now()} ${String(error)}`),
      complete: () => lines.push(`${name} ${clock.now()}`),
    });
  };
  const ask = (name: string, own: CallOptions): void => {
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], max_completion_tokens: 1_000 };
    hear(name, groq.chat(request, { ...own, ...(call as CallOptions) }));
  };
  for (let i = 0; i < 40; i += 1) {
    for (const priority of PRIORITIES) ask(`${priority} ${i}`, { priority });
    clock.flush(clock.now() + 1_000);
  }
  clock.flush(3 * HOUR);
  return lines;
}

const served = (clock: ReturnType<typeof virtualClock>): Transport =>
  modelServer({ limits: limitsOf('30/min, 100/day, 8k tokens/min, 60k tokens/day'), scheduler: clock });

const silent = (): Transport => fakeTransport(() => NEVER);

const limits = { [MODEL]: limitsOf('30/min, 100/day, 8k tokens/min, 60k tokens/day') };

describe('an option that is undefined', () => {
  it.each<[string, Loose<GroqOptions>, Loose<GroqOptions>]>([
    ['a limit', { limits: { [MODEL]: { rpm: undefined, tpm: undefined } } }, {}],
    ['a slack', { limits, slack: { normal: undefined, low: 1_000 } }, { limits, slack: { low: 1_000 } }],
    ['a part of the pacing', { limits, pacing: { low: undefined, high: 0.2 } }, { limits, pacing: { high: 0.2 } }],
    ['a default', { defaults: { model: undefined } }, {}],
  ])('should not replace its default: %s', (_, given, same) => {
    expect(story(given, {}, served)).toEqual(story(same, {}, served));
  });

  it.each<[string, Loose<GroqOptions>, Loose<CallOptions>, Loose<CallOptions>]>([
    ['a timeout', { timeouts: { connect: undefined } }, {}, {}],
    ['a timeout of a call', { timeouts: { connect: 1_000 } }, { timeouts: { connect: undefined } }, {}],
    ['a part of the retry of a call', { retry: { count: 0 } }, { retry: { count: undefined } }, {}],
  ])('should not replace its default: %s', (_, options, given, same) => {
    const plain = JSON.parse(JSON.stringify(options)) as Loose<GroqOptions>;
    expect(story(options, given, silent)).toEqual(story(plain, same, silent));
  });

  it('should not replace the default of a field of a request', async () => {
    const bodies: unknown[] = [];
    const transport = fakeTransport(({ body }) => {
      bodies.push(JSON.parse(String(body)));
      return NEVER;
    });
    const groq = createGroq({ transport, counter: constantCounter(10), defaults: { max_completion_tokens: 7 } });
    const messages = [{ role: 'user', content: 'Hi' }] as const;
    const loose: Loose<ChatInput> = { model: undefined, max_completion_tokens: undefined };
    const asked = groq.chat({ ...loose, messages } as ChatInput).subscribe();
    await Promise.resolve();
    asked.unsubscribe();
    expect(bodies).toEqual([{ messages, model: MODEL, max_completion_tokens: 7, stream: true }]);
  });
});
