// The work of a stage on one machine as one readable POSIX sh program. File contents come on standard input, so the program holds
// no secret; each act is announced on standard output (`act ID begin|done`, `act ID failed MESSAGE`), which becomes events.

import { shellQuote } from '../shared/shell.ts';

/** One act: a fragment of sh, and the files that it reads from standard input, in the order in which it calls `value`. */
export interface Act {
  /** Step id. */
  id: string;
  fragment: string;
  values: string[];
}

export interface Program {
  program: string;
  /** Secrets still stand as names (shared/template.ts). */
  stdin: string;
}

const prelude = `set -u
umask 077
# Copies standard input up to a line that is just the mark: the next file, as text.
value() {
  while IFS= read -r line; do
    [ "$line" = "$1" ] && return 0
    printf '%s\\n' "$line"
  done
  return 1
}
# put PATH MODE MARK: writes the next file in one move, so that a reader never sees half of it.
put() { value "$3" > "$1.new" && chmod "$2" "$1.new" && mv -f "$1.new" "$1"; }
# seed PATH MODE MARK: the same, but only where no file is: the server owns it afterwards.
seed() { if [ -e "$1" ]; then value "$3" > /dev/null; else put "$1" "$2" "$3"; fi; }
failed=0`;

export function composeProgram(acts: Act[]): Program {
  const mark = markFor(acts.flatMap((act) => act.values));
  const body = acts.map((act) => actText(act, mark));
  return {
    program: `${[prelude, ...body].join('\n\n')}\n\nexit "$failed"\n`,
    stdin: acts.flatMap((act) => act.values.map((value) => `${value.endsWith('\n') ? value : `${value}\n`}${mark}\n`)).join(''),
  };
}

/** Fragments may use `$MARK`, the end-of-file mark, in their calls of `put` and `seed`. A failed act ends the stage on this machine. */
function actText(act: Act, mark: string): string {
  const id = shellQuote(act.id);
  return `if [ "$failed" = 0 ]; then
echo act ${id} begin
MARK=${shellQuote(mark)}
said=$(
exec 2>&1
set -e
${act.fragment}
)
if [ $? = 0 ]; then echo act ${id} done; else failed=1; echo act ${id} failed "$(printf %s "$said" | tr '\\n' ' ')"; fi
fi`;
}

/** A line that occurs in none of the files. */
function markFor(values: string[]): string {
  const lines = new Set(values.flatMap((value) => value.split('\n')));
  let count = 0;
  while (lines.has(`=== end of file ${count} ===`)) count += 1;
  return `=== end of file ${count} ===`;
}
