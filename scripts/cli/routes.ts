import type { CliCommand } from './command.ts';

export const routes: CliCommand = {
  name: 'routes',
  summary: 'explain which routes match an object, and what OMS is sent',
  text: `"routes explain s3://BUCKET/KEY" says of each route of the stage whether it matches the object and why not, and shows the
key as OMS receives it. Everything behind the bucket is the key, as it stands; --encoded takes a percent-encoded key.

Exit code 0 where a route matches, 1 where none does or where the object is never submitted.`,
  examples: [
    ['routes explain s3://photos/2026/a+b.jpg --stage prod', 'one object'],
    ["routes explain 's3://photos/2026/a%2Bb.jpg' --encoded --stage prod", 'the same, as a log shows it'],
  ],
  words: [
    ['<action>', 'explain', ['explain']],
    ['<object>', 's3://BUCKET/KEY'],
  ],
  flags: {
    encoded: { type: 'boolean', help: 'the key is percent-encoded' },
  },
  module: './routes/run.ts',
};
