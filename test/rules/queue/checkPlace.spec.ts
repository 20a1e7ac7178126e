import { describe, expect, it } from 'vitest';
import { checkPlace } from '../../../src/rules/queue/checkPlace.ts';
import { thrownBy } from '../../util/thrownBy.ts';

describe('checkPlace', () => {
  it.each([{}, { priority: 'background' }, { tenant: 'a', slack: 0 }])('should return the valid place %j', (place) => {
    expect(checkPlace(place)).toBe(place);
  });

  it.each([
    [{ priority: 'urgent' }, 'priority', 'one of "high", "normal", "low", "background"', '"urgent"'],
    [{ tenant: 5 }, 'tenant', 'a string', '5'],
    [{ slack: -1 }, 'slack', 'a number of at least 0', '-1'],
    [{ deadline: 5 }, 'deadline', 'absent (not a known property)', '5'],
    ['high', '', 'an object', 'a string of 4 characters'],
  ])('should refuse %j', (place, path, expected, got) => {
    expect(thrownBy(() => checkPlace(place))).toMatchObject({
      name: 'ValidationError',
      path,
      expected,
      got,
      message: expect.stringMatching(/^What place\$ says.* Correct it: the request has left the queue\.$/) as string,
    });
  });
});
