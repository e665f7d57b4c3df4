// Loads Node's machinery for ES modules.
import path from 'node:path';
export default path.sep;
