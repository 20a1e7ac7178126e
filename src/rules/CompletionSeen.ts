import type { ChatCompletionChunk, Delta } from '../model/Chunk.ts';
import type { Answer, Token } from '../model/Token.ts';
import { JoinedText } from './JoinedText.ts';

/** What has come of a completion, to be counted if nobody reports how much it was. Groq sends a piece for each token. */
export class CompletionSeen {
  /** What was thought, and all that was written, arguments of tools included. */
  readonly reasoning = new JoinedText();
  readonly text = new JoinedText();

  addReasoning(piece: string | null | undefined): void {
    if (piece) this.reasoning.add(piece);
  }

  addText(piece: string | null | undefined): void {
    if (piece) this.text.add(piece);
  }

  get any(): boolean {
    return this.text.count > 0 || this.reasoning.count > 0;
  }

  /** Lets go of what was kept. */
  clear(): void {
    this.reasoning.clear();
    this.text.clear();
  }
}

/** Adds what a token holds. */
export function seenInToken(token: Token, seen: CompletionSeen): void {
  if (token.type === 'text') seen.addText(token.text);
  else if (token.type === 'reasoning') seen.addReasoning(token.text);
  else if (token.type === 'tool-call') seen.addText(token.name + token.arguments);
}

/** Adds what a chunk of Groq's holds. */
export function seenInChunk({ choices }: ChatCompletionChunk, seen: CompletionSeen): void {
  for (const { delta } of choices as readonly { delta?: Partial<Delta> }[]) {
    seen.addReasoning(delta?.reasoning);
    seen.addText(delta?.content);
    for (const { function: call } of delta?.tool_calls ?? [])
      seen.addText(`${call?.name ?? ''}${call?.arguments ?? ''}`);
  }
}

/** Adds what an answer in one piece holds. */
export function seenInAnswer({ message }: Answer, seen: CompletionSeen): void {
  const { content, reasoning, tool_calls } = message;
  seen.addReasoning(reasoning);
  seen.addText(typeof content === 'string' ? content : content?.map(({ text }) => text).join(''));
  for (const { function: call } of tool_calls ?? []) seen.addText(call.name + call.arguments);
}
