// A topology as a vigie.yaml that people like to read: short sections on one line, hosts one a line, a word on each section.

import { Document, type Node as YamlNode, isMap, isScalar, isSeq } from 'yaml';
import type { Topology } from './schema.ts';

/** Beside a local installation by npm. */
export const localSchema = './node_modules/vigie/schema/vigie.schema.json';

/** Editors that speak the YAML language server complete and check by it. `schema` is a path or a URL; the server reads to the first
 *  space, so an absolute path with one becomes a URL. */
export function schemaLine(schema: string): string {
  return `# yaml-language-server: $schema=${/\s/.test(schema) ? `${schema.startsWith('/') ? 'file://' : ''}${encodeURI(schema)}` : schema}`;
}

const comments: Partial<Record<keyof Topology, string>> = {
  name: 'Name of the deployment, and of the master for Sentinels and clients.',
  mode: 'standalone | replication | sentinel | cluster',
  target: 'local | ssh | compose | kubernetes',
  runtime: 'process | systemd | docker',
  profile: 'dev | staging | production: defaults for everything that is not written here.',
  hosts: 'The machines.',
  redis: 'The data nodes; `master` counts for the very first start only.',
  sentinel: 'Who watches and decides; the quorum is a majority unless it is written here.',
  proxy: 'Fixed endpoints: write follows the master, read is the replicas in sync.',
  lookout: 'The watcher beside each proxy.',
  credentials: 'Where passwords come from; never the passwords themselves.',
  vip: 'The floating address in front of the proxies.',
};

/** Comments and the schema line included; it loads to the same topology. `schema`: where the published schema lies. */
export function toYaml(topology: Topology, title?: string, schema: string = localSchema): string {
  const document = new Document(topology, { aliasDuplicateObjects: false });
  if (isMap(document.contents)) {
    for (const { key, value } of document.contents.items) {
      const comment = comments[String(isScalar(key) ? key.value : key) as keyof Topology];
      if (isScalar(key)) key.spaceBefore = isMap(value);
      if (isMap(value)) layOut(value, isScalar(key) && key.value === 'hosts');
      if (comment && isScalar(key) && isMap(value)) key.commentBefore = ` ${comment}`;
      else if (comment && isScalar(value)) value.comment = ` ${comment}`;
    }
  }
  const body = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return `${schemaLine(schema)}\n${title === undefined ? '' : `# ${title.replaceAll(/[\r\n]+/g, ' ')}\n`}\n${body}`;
}

/** Sections stay blocks; what is in them goes on one line. */
function layOut(section: YamlNode, flowEntries: boolean): void {
  if (!isMap(section)) return;
  for (const { value } of section.items) {
    if (isSeq(value) || (flowEntries && isMap(value))) value.flow = true;
  }
}
