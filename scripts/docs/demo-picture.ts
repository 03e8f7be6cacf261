import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../serverless/config.ts';

/** Draws the output of a demo, read from stdin, as the picture of README.md: `npm run docs:demo`. */

const COLUMNS = 96;
const LINE = 18;
const CHARACTER = 7.8;
const MARGIN = 20;

/** Lines that say little to a reader of README.md: addresses, names, progress, calls. */
const LEFT_OUT = /^ {2}(?:[A-Za-z ]+ http:|functions |\{|uploaded |arrived |LIST calls |event calls )/;

/** Replaces neighbours that are left out by one ellipsis. */
function withoutDetails(lines: readonly string[]): string[] {
  return lines.flatMap((line, at) => {
    if (!LEFT_OUT.test(line)) return [line];
    return LEFT_OUT.test(lines[at - 1] ?? '') ? [] : ['  …'];
  });
}

function colourOf(line: string): string {
  if (line.startsWith('$') || line.startsWith('converged')) return 'good';
  if (/^missing|^no notification|^losing/.test(line)) return 'bad';
  return line.startsWith(' ') ? 'detail' : 'step';
}

/** Blanks that do not break stay where they are in every browser. */
function svgText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(' ', '\u00a0');
}

const output = readFileSync(0, 'utf8').trimEnd().split('\n');
const lines = ['$ npx oms-sync demo', ...withoutDetails(output)].map((line) =>
  line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line,
);
const width = Math.ceil(COLUMNS * CHARACTER) + 2 * MARGIN;
const height = lines.length * LINE + 2 * MARGIN;
const texts = lines.map((line, at) => {
  const indent = line.length - line.trimStart().length;
  const [x, y] = [MARGIN + indent * CHARACTER, MARGIN + (at + 1) * LINE - 5];
  return line === '' ? '' : `<text x="${x}" y="${y}" class="${colourOf(line)}">${svgText(line.trimStart())}</text>\n`;
});
const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>A run of npx oms-sync demo, which ends with: ${lines.at(-1)}</title>
<style>
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.step { fill: #e6edf3 } .detail { fill: #9da7b3 } .bad { fill: #f0883e } .good { fill: #56d364; font-weight: bold }
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${texts.join('')}</svg>
`;
writeFileSync(join(ROOT, 'docs', 'demo.svg'), picture);
