const fs = require('node:fs');

console.log('hello from js');
for (const argument of process.argv.slice(2)) {
  console.log(`argument: ${argument}`);
}
console.log(`end of input after ${fs.readFileSync(0).length} bytes`);
