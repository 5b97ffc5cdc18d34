// Reads vigie.yaml: a topology, or every error in it with its line and column, all at once.

import { type Document, LineCounter, parseDocument } from 'yaml';
import { checkTopology } from './checks.ts';
import type { Overrides } from './defaults.ts';
import { type IssueFinding, issueFindings } from './issue-text.ts';
import { type Finding, type Loaded, type Locate, type Path, type Problem, error, inOrder, placed } from './problem.ts';
import { show } from './schema-fields.ts';
import { topologySchema } from './schema.ts';
import { mended } from './mend.ts';
import { secretFindings } from './secrets.ts';
import { type Plain, TooLarge, locator, plainValue } from './yaml-tree.ts';

/** Never throws. With any error there is no topology. */
export function loadTopology(text: string, file: string, overrides: Overrides = {}): Loaded {
  const lines = new LineCounter();
  try {
    // What yaml holds for the same key is not what a topology does: `1` and `"1"` are one host. yaml-tree looks itself.
    const document = parseDocument(withoutMark(text), { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: false });
    const syntax = syntaxErrors(document, lines, file);
    if (syntax.length > 0) return { errors: syntax, warnings: [] };
    const plain = plainValue(document);
    const found = read(plain, file, locator(document, lines), overrides);
    const doubles = doubleKeys(plain, lines, file);
    if (doubles.length === 0) return found;
    const { topology: _, ...rest } = found;
    return { ...rest, errors: inOrder([...doubles, ...found.errors]) };
  } catch (cause) {
    // The parser is recursive: a file of thousands of open brackets ends in a RangeError.
    const deep = cause instanceof TooLarge || cause instanceof RangeError;
    const message = deep ? 'the file is nested too deeply or refers to itself.' : 'the file cannot be read as YAML.';
    return { errors: [{ file, line: 1, column: 1, message, next: 'vigie init writes a topology to begin with' }], warnings: [] };
  }
}

function read({ value, lost }: Plain, file: string, locate: Locate, overrides: Overrides): Loaded {
  if ((value === null || value === undefined) && lost.length === 0) {
    return { errors: [{ file, line: 1, column: 1, message: 'the file is empty.', next: 'vigie init writes a topology to begin with' }], warnings: [] };
  }
  const secrets = [...secretFindings(value), ...lost.map(lostAlias)];
  const parsed = topologySchema.safeParse(value);
  const issues = parsed.success ? [] : withoutKnown(issueFindings(parsed.error.issues, value), secrets);
  const mend = parsed.success ? { topology: parsed.data, broken: [] } : mended(value, [...secrets, ...issues]);
  const findings = [...secrets, ...issues, ...(mend ? checkTopology(mend.topology, overrides, mend.broken) : [])];
  const problems = (level: Finding['level']) => inOrder(findings.filter((finding) => finding.level === level).map((finding) => placed(finding, file, locate)));
  const [errors, warnings] = [problems('error'), problems('warning')];
  if (errors.length > 0 || !parsed.success) return { errors, warnings, locate };
  return { topology: parsed.data, errors, warnings, locate };
}

/** An error in a place where a secret was found already says the same twice. */
function withoutKnown(findings: IssueFinding[], secrets: Finding[]): IssueFinding[] {
  const places = new Set(secrets.map(({ path }) => path.join('\0')));
  return findings.filter(({ path }) => !places.has(path.join('\0')));
}

/** Without its name: an unquoted text that begins with a star may be a password. */
function lostAlias(path: Path): Finding {
  const message = `${path.length === 0 ? '' : `${path.join('.')}: `}this alias (*) names no anchor (&) above it.`;
  return error(path, message, 'write the anchor above it, or the text in quotes if it begins with a star');
}

function doubleKeys({ doubles }: Plain, lines: LineCounter, file: string): Problem[] {
  return doubles.map(({ key, offset, firstOffset }) => {
    const { line, col } = lines.linePos(offset);
    const message = `${show(key)} is written twice in its section, first on line ${lines.linePos(firstOffset).line}.`;
    return { file, line: Math.max(1, line), column: Math.max(1, col), message, next: 'keep one of the two; the first was read here' };
  });
}

function syntaxErrors(document: Document, lines: LineCounter, file: string): Problem[] {
  return inOrder(
    document.errors.map(({ pos, code, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      return { file, line: Math.max(1, line), column: Math.max(1, col), message: syntaxText(code, message) };
    }),
  );
}

/** The parser's sentences, but for those that would show a part of the file: it may be a secret. */
function syntaxText(code: string, message: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'tabs cannot indent YAML: use spaces.';
    case 'MULTIPLE_DOCS':
      return 'the file holds several documents (---), and a topology is one.';
    case 'BAD_ALIAS':
      return 'this alias (*) names no anchor (&) above it.';
    case 'BAD_INDENT':
    case 'BAD_DQ_ESCAPE':
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
    case 'MISSING_CHAR':
    case 'MULTILINE_IMPLICIT_KEY':
    case 'IMPOSSIBLE':
      return `YAML: ${message.split(/[:\n]/)[0]?.trim() ?? code}.`;
    default:
      return `YAML: ${code.toLowerCase().replaceAll('_', ' ')}.`;
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
