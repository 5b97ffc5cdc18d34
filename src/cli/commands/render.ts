// `vigie render`: every file that apply would write, with names in the place of passwords, into a folder for people to read.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allNodes } from '../../desired/deployment.ts';
import { renderNode } from '../../render/node.ts';
import { type Io, writing } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { findDeployment } from '../session.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  // No target is opened: a topology for another target is rendered as well.
  const { deployment, folder } = await findDeployment(file ?? options.file, options, io);
  const out = options.out ?? 'rendered';
  const written: string[] = [];
  for (const node of allNodes(deployment)) {
    for (const rendered of renderNode(deployment, node, join(folder.path, 'nodes', node.id))) {
      const path = join(out, node.id, rendered.path);
      writing(path, () => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, rendered.text, { mode: rendered.mode });
      });
      written.push(path);
    }
  }
  if (io.json) io.document({ schema: 1, files: written });
  else io.out(written.join('\n'));
  return 0;
}
