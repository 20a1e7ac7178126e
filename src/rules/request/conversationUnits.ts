import type { Message } from '../../model/ChatRequest.ts';

/** Messages that only make sense together, by their positions in the conversation: a tool call with its results. */
interface Round {
  readonly places: number[];
  /** Whether it begins with a message of the user. */
  readonly opensTurn: boolean;
}

/**
 * Finds the units that may be removed from a conversation, in order of removal: whole turns, the oldest first, and
 * then, within the last turn, the oldest answers and calls with their results.
 *
 * No unit contains messages of the system or the developer, the last message of the user, or the final messages, which
 * must be answered. A call and its results are always in the same unit. Takes linear time.
 *
 * @return The positions of messages in the conversation, by unit.
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
  // The position of each call. If ids repeat, the latest one counts.
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

/**
 * Merges all rounds from the one that contains a message onwards, and returns it. Without a message, returns the last
 * round.
 */
function join(rounds: Round[], place = Infinity): Round | undefined {
  const from = Math.max(
    0,
    rounds.findLastIndex(({ places: [start = 0] }) => start <= place),
  );
  const round = rounds[from];
  for (const { places } of rounds.splice(from + 1)) for (const later of places) round?.places.push(later);
  return round;
}
