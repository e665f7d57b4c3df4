import * as fs from 'node:fs';

const say = (text: string): void => console.log(text);

say('hello from ts');
for (const argument of process.argv.slice(2)) {
  say(`argument: ${argument}`);
}
say(`end of input after ${fs.readFileSync(0).length} bytes`);
