console.log('never printed');

const value = = 1;
