const readline = require('node:readline');

console.log('Grüße, 日本 😀');
for (const argument of process.argv.slice(2)) {
  console.log(`[${argument}]`);
}
const lines = readline.createInterface({ input: process.stdin });
lines.on('line', (line) => console.log(`<${line}>`));
lines.on('close', () => console.log('end of input'));
