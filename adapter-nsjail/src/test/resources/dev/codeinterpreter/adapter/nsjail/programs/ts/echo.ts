import * as readline from 'node:readline';

const say = (text: string): void => console.log(text);

say('Grüße, 日本 😀');
for (const argument of process.argv.slice(2)) {
  say(`[${argument}]`);
}
for await (const line of readline.createInterface({ input: process.stdin })) {
  say(`<${line}>`);
}
say('end of input');
