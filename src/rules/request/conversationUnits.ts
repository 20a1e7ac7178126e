import type { Message } from '../../model/ChatRequest.ts';

/** Messages that only make sense together, by their places in the conversation: a call of tools with its results. */
interface Round {
  readonly places: number[];
  /** Whether it begins with what a user said. */
  readonly opensTurn: boolean;
}

/**
 * Finds what may be left out of a conversation, in the order in which it goes: whole turns, the oldest first, and then,
 * within the last turn, the oldest answers and calls with their results.
 *
 * What the system or the developer said is in none of them, nor is what the user said last, nor what came at the very
 * end, which is what is to be answered. A call and its results are never in two of them. Linear in the messages.
 *
 * @return Places in the conversation, unit by unit.
 */
export function conversationUnits(messages: readonly Message[]): readonly (readonly number[])[] {
  const rounds = roundsOf(messages);
  const lastUser = rounds.findLastIndex(({ places }) => places.some((place) => messages[place]?.role === 'user'));
  const lastTurn = rounds.findLastIndex(({ opensTurn }, index) => opensTurn && index <= lastUser);
  const units: number[][] = [];
  rounds.forEach(({ places, opensTurn }, index) => {
    if (index >= lastTurn) {
      if (index !== lastUser && index !== rounds.length - 1) units.push([...places]);
    } else if (opensTurn || units.length === 0) units.push([...places]);
    else for (const place of places) units.at(-1)?.push(place);
  });
  return units;
}

function roundsOf(messages: readonly Message[]): readonly Round[] {
  const rounds: Round[] = [];
  // Where each call was made. Where ids repeat, the latest counts.
  const calls = new Map<string, number>();
  messages.forEach((message, place) => {
    switch (message.role) {
      case 'system':
      case 'developer':
        return;
      case 'tool':
      case 'function': {
        const key = message.role === 'tool' ? `call ${message.tool_call_id}` : `function ${message.name}`;
        const round = join(rounds, calls.get(key));
        if (round !== undefined) {
          round.places.push(place);
          return;
        }
        break;
      }
      case 'assistant':
        for (const { id } of message.tool_calls ?? []) calls.set(`call ${id}`, place);
        if (message.function_call) calls.set(`function ${message.function_call.name}`, place);
    }
    rounds.push({ places: [place], opensTurn: message.role === 'user' });
  });
  return rounds;
}

/** Makes one of all rounds from the one on that holds a message, and gives it. Without a message it gives the last one. */
function join(rounds: Round[], place = Infinity): Round | undefined {
  const from = Math.max(
    0,
    rounds.findLastIndex(({ places: [start = 0] }) => start <= place),
  );
  const round = rounds[from];
  for (const { places } of rounds.splice(from + 1)) for (const later of places) round?.places.push(later);
  return round;
}
