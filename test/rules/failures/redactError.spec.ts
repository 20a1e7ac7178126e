import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../src/errors/HttpError.ts';
import { redactError } from '../../../src/rules/failures/redactError.ts';

const redact = (text: string): string => text.replaceAll('secret', '…');

describe('redactError', () => {
  it('should remove secrets from the fields that come from the server', () => {
    const error = new HttpError(400, { message: 'a secret', type: 'secret', code: 'secret' }, { advice: '' });
    redactError(error, redact);
    expect([error.type, error.groqCode]).toEqual(['…', '…']);
    expect(error.message).toContain('a …');
    expect(error.message + String(error.stack)).not.toContain('secret');
  });

  it('should keep the codes on which a retry depends, whatever is secret', () => {
    const error = new HttpError(400, { message: 'x', code: 'tool_use_failed' }, { advice: '' });
    redactError(error, () => '…');
    expect([error.message, error.groqCode, error.code]).toEqual(['…', 'tool_use_failed', 'GROQ_ERR_HTTP']);
  });

  it('should leave errors of others as they are', () => {
    const error = new Error('a secret');
    redactError(error, redact);
    redactError('a secret', redact);
    expect(error.message).toBe('a secret');
  });
});
