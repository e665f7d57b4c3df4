console.log('before the failure');
undefined.property;
