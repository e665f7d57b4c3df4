console.log('before the failure');
throw new Error('on purpose');
