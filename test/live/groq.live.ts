import { lastValueFrom, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { CASES, MAX_COMPLETION_TOKENS } from '../../src/cli/verify/cases.ts';
import { isHttpError, text } from '../../src/index.ts';
import { DEFAULT_MODEL } from '../../src/model/Models.ts';
import { tiktokenCounter } from '../../src/operators.ts';
import { live } from './live.ts';

const messages = [{ role: 'user' as const, content: 'Reply with the word ok and nothing else.' }];
const short = { messages, max_completion_tokens: 256, reasoning_effort: 'low' as const };

live('Groq', (groq) => {
  it('should list the default model, with its context window', async () => {
    const models = await lastValueFrom(groq.models());
    expect(models.find(({ id }) => id === DEFAULT_MODEL)).toMatchObject({ active: true, context_window: 131_072 });
  });

  it('should be reachable', async () => {
    expect(await lastValueFrom(groq.health())).toMatchObject({ ok: true });
  });

  it('should return a whole answer', async () => {
    const { message, finish_reason, usage } = await lastValueFrom(groq.complete(short));
    expect(message.content).toMatch(/ok/i);
    expect(finish_reason).toBe('stop');
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
  });

  it('should stream an answer, with the usage at the end', async () => {
    const tokens = await lastValueFrom(groq.chat(short).pipe(toArray()));
    const said = tokens.map((token) => (token.type === 'text' ? token.text : '')).join('');
    expect(said).toMatch(/ok/i);
    expect(tokens.filter(({ type }) => type === 'finish')).toHaveLength(1);
    const last = tokens.at(-1);
    expect(last).toMatchObject({ type: 'finish', reason: 'stop', model: DEFAULT_MODEL });
    expect(last?.type === 'finish' && last.usage?.completion_tokens).toBeGreaterThan(0);
  });

  it('should stop after unsubscribing, and answer the next request', async () => {
    groq
      .chat({ ...short, messages: [{ role: 'user', content: 'Count to 100.' }] })
      .subscribe()
      .unsubscribe();
    expect(await lastValueFrom(groq.ask('Reply with ok.').pipe(text()))).toBeTypeOf('string');
  });

  it('should report an error in the words of Groq', async () => {
    const wrong = await lastValueFrom(groq.complete({ ...short, model: 'no/such-model' })).catch(
      (error: unknown) => error,
    );
    expect(isHttpError(wrong) && wrong.status).toBe(404);
    expect(wrong).toMatchObject({ groqCode: 'model_not_found' });
  });

  it('should report the counted number of prompt tokens, or at most the bound', async () => {
    const counter = tiktokenCounter();
    await counter.load();
    const off: unknown[] = [];
    for (const { name, body } of CASES) {
      const predicted = await counter.count({ ...body, model: DEFAULT_MODEL });
      const { usage } = await lastValueFrom(groq.complete({ ...body, max_completion_tokens: MAX_COMPLETION_TOKENS }));
      const reported = usage?.prompt_tokens ?? Number.NaN;
      console.log(`${name}: predicted ${predicted.tokens}, at most ${predicted.bound}, reported ${reported}`);
      if (predicted.exact ? reported !== predicted.tokens : !(reported <= predicted.bound))
        off.push({ name, reported });
    }
    expect(off).toEqual([]);
  });
});
