import { describe, expect, it } from 'vitest';
import type { ChatCompletionChunk } from '../../src/model/Chunk.ts';
import { CompletionSeen, seenInAnswer, seenInChunk, seenInToken } from '../../src/rules/CompletionSeen.ts';

const seenBy = (look: (seen: CompletionSeen) => void) => {
  const seen = new CompletionSeen();
  look(seen);
  const { text, reasoning } = seen;
  return [String(text), text.count, String(reasoning), reasoning.count];
};

describe('CompletionSeen', () => {
  it('should hold nothing at first, and nothing after what is empty', () => {
    const seen = new CompletionSeen();
    seen.addText('');
    seen.addReasoning(null);
    seen.addText(undefined);
    expect(seen.any).toBe(false);
    seen.addReasoning('a');
    expect(seen.any).toBe(true);
    const other = new CompletionSeen();
    other.addText('a');
    expect(other.any).toBe(true);
  });

  it('should let go of the texts', () => {
    const seen = new CompletionSeen();
    seen.addText('a');
    seen.addReasoning('b');
    seen.clear();
    expect([String(seen.text), String(seen.reasoning)]).toEqual(['', '']);
  });

  it('should see what tokens hold', () => {
    const look = (seen: CompletionSeen): void => {
      seenInToken({ type: 'reasoning', text: 'Hm' }, seen);
      seenInToken({ type: 'text', text: 'Hel' }, seen);
      seenInToken({ type: 'text', text: 'lo' }, seen);
      seenInToken({ type: 'tool-call', index: 0, id: '1', name: 'f', arguments: '{}' }, seen);
      seenInToken({ type: 'finish', reason: 'stop', id: '1', model: 'm' }, seen);
    };
    expect(seenBy(look)).toEqual(['Hellof{}', 3, 'Hm', 1]);
  });

  it('should see in the end of an answer nothing that was written', () => {
    expect(
      seenBy((seen) => {
        seenInToken({ type: 'finish', reason: 'stop', id: '1', model: 'm' }, seen);
      }),
    ).toEqual(['', 0, '', 0]);
  });

  it('should see what chunks hold, also strange ones', () => {
    const chunks = [
      { choices: [{ delta: { role: 'assistant', content: '' } }] },
      { choices: [{ delta: { reasoning: 'Hm' } }] },
      { choices: [{ delta: { content: 'Hello' } }] },
      { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: 'f', arguments: '{}' } }, { index: 1 }] } }] },
      { choices: [{ delta: {} }] },
      { choices: [{}] },
      { choices: [] },
    ] as unknown as ChatCompletionChunk[];
    const look = (seen: CompletionSeen): void => {
      for (const chunk of chunks) seenInChunk(chunk, seen);
    };
    expect(seenBy(look)).toEqual(['Hellof{}', 2, 'Hm', 1]);
  });

  it('should see what an answer holds', () => {
    const answer = { finish_reason: 'stop', id: '1', model: 'm' };
    const tool_calls = [{ id: '1', type: 'function' as const, function: { name: 'f', arguments: '{}' } }];
    expect(
      seenBy((seen) => {
        seenInAnswer(
          { ...answer, message: { role: 'assistant', content: 'Hello', reasoning: 'Hm', tool_calls } },
          seen,
        );
      }),
    ).toEqual(['Hellof{}', 2, 'Hm', 1]);
    expect(
      seenBy((seen) => {
        seenInAnswer(
          { ...answer, message: { role: 'assistant', content: ['H', 'i'].map((text) => ({ type: 'text', text })) } },
          seen,
        );
        seenInAnswer({ ...answer, message: { role: 'assistant' } }, seen);
      }),
    ).toEqual(['Hi', 1, '', 0]);
  });
});
