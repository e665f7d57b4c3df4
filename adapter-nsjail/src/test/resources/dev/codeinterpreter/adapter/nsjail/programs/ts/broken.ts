console.log('never printed');

const value: number = 'text';
