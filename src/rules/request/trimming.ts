import { ContextLengthError } from '../../errors/ContextLengthError.ts';
import type { ChatRequest } from '../../model/ChatRequest.ts';
import type { TokenCount } from '../../model/TokenCount.ts';
import { conversationUnits } from './conversationUnits.ts';

/** How many requests near a guess are counted before the binary search. */
const GUESSES = 2;

/**
 * Removes as few units as possible from a conversation, so that it has at most `maxTokens` tokens. It asks for counts
 * by yielding requests, so that its driver may count synchronously or asynchronously.
 *
 * It counts the whole request, the part that must stay, each unit alone, and then about two requests near the guess
 * that follows from these: each message two to four times in all, however many there are. If the parts do not add up to
 * the whole, it uses binary search, which is the worst case.
 *
 * @return The request itself if it is short enough, otherwise one with fewer messages.
 * @throws {ContextLengthError} when the part that must stay has more tokens.
 */
export function* trimming<R extends ChatRequest>(request: R, maxTokens: number): Generator<ChatRequest, R, TokenCount> {
  const { model, messages } = request;
  const whole = (yield request).bound;
  if (whole <= maxTokens) return request;

  const units = conversationUnits(messages);
  const without = (count: number): R => {
    const left = new Set(units.slice(0, count).flat());
    return { ...request, messages: messages.filter((_, place) => !left.has(place)) };
  };

  let kept = without(units.length);
  const least = units.length === 0 ? whole : (yield kept).bound;
  if (least > maxTokens) {
    throw new ContextLengthError(
      { limitOf: 'trim', limit: maxTokens, promptTokens: least, outputTokens: 0 },
      { model },
    );
  }

  const alone: number[] = [];
  for (const unit of units) {
    alone.push((yield { model, messages: unit.flatMap((place) => messages[place] ?? []) }).bound);
  }

  // Removing `tooFew` units is not enough, and removing `enough` is.
  let tooFew = 0;
  let enough = units.length;
  let next = guess(alone, whole, least, maxTokens);
  for (let tries = 0; enough - tooFew > 1; tries++) {
    const count = tries < GUESSES ? Math.min(enough - 1, Math.max(tooFew + 1, next)) : (tooFew + enough) >> 1;
    const shorter = without(count);
    if ((yield shorter).bound <= maxTokens) {
      kept = shorter;
      enough = count;
      next = count - 1;
    } else {
      tooFew = count;
      next = count + 1;
    }
  }
  return kept;
}

/** How many units must be removed, if each takes its own tokens minus a part that every prompt has. */
function guess(alone: readonly number[], whole: number, least: number, maxTokens: number): number {
  const frame = (alone.reduce((sum, tokens) => sum + tokens, 0) - (whole - least)) / alone.length;
  let left = whole;
  let count = 0;
  for (const tokens of alone) {
    if (left <= maxTokens + 0.5) break;
    left -= tokens - frame;
    count += 1;
  }
  return count;
}
