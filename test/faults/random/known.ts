/**
 * Known defects that are not fixed yet, by the text of their finding. They are ignored, so that others still show. The
 * entry is removed when the defect is fixed.
 */
export const KNOWN: readonly RegExp[] = [];
