import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { generate } from '../../scripts/generate.ts';

test.each(Object.entries(generate()))('%s is what its sources say (else: npm run generate)', (file, text) => {
  expect(readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8')).toBe(text);
});
