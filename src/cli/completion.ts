// Shell completion: scripts for zsh, fish and powershell from the library; one for bash that needs no other package. Values that only
// this machine knows (nodes, deployments, codes) are completed too.

import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { allNodes } from '../desired/deployment.ts';
import { codes } from '../shared/codes.ts';
import { listDeployments, stateHome } from '../state/home.ts';
import { readRecord } from '../state/record.ts';

/** Words travel as arguments, never through eval: what stands on the line is not run. */
const bash = `# bash completion for vigie: source <(vigie completion bash)
_vigie() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in :*) continue ;; esac
    value=\${line%%$'\\t'*}
    case $value in "\${COMP_WORDS[COMP_CWORD]}"*) COMPREPLY+=("$value") ;; esac
  done < <(vigie complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
}
complete -o default -F _vigie vigie
`;

/** Adds the commands `completion <shell>` and the hidden `complete`. True when the command line was answered here already. */
export function attachCompletion(program: Command, argv: string[], print: (text: string) => void): boolean {
  if (argv[0] === 'completion' && argv[1] === 'bash') {
    print(bash);
    return true;
  }
  const completion = tab(program, { completionCommandName: 'completion' });
  const values = (command: string, argument: string, all: () => string[]): void => {
    const found = completion.commands.get(command)?.arguments.get(argument);
    if (found !== undefined) found.handler = (complete) => all().forEach((value) => complete(value, ''));
  };
  values('explain', 'code', () => Object.keys(codes));
  values('connect', 'where', () => ['write', 'read', ...nodesHere()]);
  values('logs', 'node', nodesHere);
  return false;
}

/** Ids of the nodes of every deployment that was made from this folder. */
function nodesHere(): string[] {
  try {
    return listDeployments(stateHome(undefined)).flatMap((folder) => {
      const record = readRecord(folder);
      return record === undefined ? [] : allNodes(record.deployment).map(({ id }) => id);
    });
  } catch {
    // An unreadable state folder must not break the line that somebody types.
    return [];
  }
}
