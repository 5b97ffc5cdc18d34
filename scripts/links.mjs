// Does every relative link in the documents lead to a file, and every anchor to a heading? Fenced code is not read.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from './prepare.mjs';

const problems = documents().flatMap(brokenLinks);
process.stdout.write(problems.length > 0 ? `${problems.join('\n')}\n` : '');
process.exitCode = problems.length > 0 ? 1 : 0;

function documents() {
  const top = readdirSync(root).filter((name) => name.endsWith('.md'));
  const docs = existsSync(path.join(root, 'docs')) ? readdirSync(path.join(root, 'docs'), { recursive: true }) : [];
  return [...top, ...docs.filter((name) => name.endsWith('.md') && !name.includes('node_modules')).map((name) => path.join('docs', name))];
}

function brokenLinks(document) {
  const lines = proseOf(path.join(root, document));
  return lines.flatMap((line, index) =>
    [...line.matchAll(/\]\(\s*<?([^)\s>]+)/g)]
      .map(([, link]) => link)
      .filter((link) => !/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link))
      .filter((link) => !leadsSomewhere(document, link))
      .map((link) => `${document}:${index + 1}: ${link} leads nowhere`),
  );
}

function leadsSomewhere(document, link) {
  const [file, anchor] = link.split('#').map(decodeURIComponent);
  const target = file === '' ? path.join(root, document) : path.resolve(root, path.dirname(document), file);
  if (!existsSync(target)) return false;
  if (!anchor || statSync(target).isDirectory() || !target.endsWith('.md')) return true;
  return headingsOf(target).has(anchor.toLowerCase());
}

// As GitHub and VitePress make them: lower case, punctuation dropped, spaces to hyphens, repeated ones numbered.
function headingsOf(file) {
  const seen = new Map();
  const anchors = new Set();
  for (const line of proseOf(file)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const explicit = /\{#([^}]+)\}\s*$/.exec(heading)?.[1];
    const plain = heading.replaceAll(/[`*]|\]\([^)]*\)/g, '').toLowerCase();
    const slug = explicit ?? plain.replaceAll(/[^\p{L}\p{N}_ -]/gu, '').replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    anchors.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return anchors;
}

/** The lines of a file, those of fenced code emptied and inline code taken out, so that line numbers stay true. */
function proseOf(file) {
  let fence;
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => {
      const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
      if (mark && fence === undefined) fence = mark;
      else if (mark && mark.startsWith(fence)) fence = undefined;
      else if (fence === undefined) return line.startsWith('#') ? line : line.replaceAll(/`[^`]*`/g, '');
      return '';
    });
}
