import { describe, expect, it } from 'vitest';
import { requestJson } from '../../../src/rules/request/requestJson.ts';
import { thrownBy } from '../../util/thrownBy.ts';

describe('requestJson', () => {
  it('should serialize a request', () => {
    expect(requestJson({ model: 'm', seed: 5, stop: undefined })).toBe('{"model":"m","seed":5}');
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  it.each([
    ['a bigint', { model: 'm', seed: 5n }, 'seed', 'a bigint'],
    ['a cycle', { model: 'm', metadata: cycle, seed: 1 }, 'metadata', 'an object that JSON.stringify() refuses'],
    [
      'a request that cannot be serialized itself',
      {
        model: 'm',
        toJSON: () => {
          throw new Error('no');
        },
      },
      '',
      'an object that JSON.stringify() refuses',
    ],
  ])('should name the field that JSON cannot represent: %s', (_, request, path, got) => {
    expect(thrownBy(() => requestJson(request))).toMatchObject({
      name: 'ValidationError',
      path,
      expected: 'a value that JSON can represent',
      got,
      cause: expect.any(Error) as Error,
    });
  });
});
