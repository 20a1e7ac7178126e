import { describe, expect, it } from 'vitest';
import { functionsSection, isFunctionTool } from '../../../../src/rules/counting/harmony/functionsSection.ts';

describe('functionsSection', () => {
  it('should declare each function with its description above', () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
    const section = functionsSection([
      { type: 'function', function: { name: 'get_weather', description: 'Tells the weather.\nAnywhere.', parameters } },
      { type: 'function', function: { name: 'now', description: '' } },
      { type: 'function', function: { name: 'today', description: 'Tells the date.\n' } },
      { type: 'function', function: { name: 'here' } },
    ]);
    expect(section).toBe(
      [
        '# Tools',
        '',
        '## functions',
        '',
        'namespace functions {',
        '',
        '// Tells the weather.',
        '// Anywhere.',
        'type get_weather = (_: {',
        'city: string,',
        '}) => any;',
        '',
        'type now = () => any;',
        '',
        '// Tells the date.',
        'type today = () => any;',
        '',
        'type here = () => any;',
        '',
        '} // namespace functions',
      ].join('\n'),
    );
  });
});

describe('isFunctionTool', () => {
  it('should distinguish functions of the caller from built-in tools of Groq', () => {
    expect(isFunctionTool({ type: 'function', function: { name: 'f' } })).toBe(true);
    expect(isFunctionTool({ type: 'browser_search' })).toBe(false);
    expect(isFunctionTool({ type: 'function' })).toBe(false);
    expect(isFunctionTool({ type: 'mcp', function: { name: 'f' } })).toBe(false);
  });
});
