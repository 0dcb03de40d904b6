module.exports = { reporters: [['jest-trx-results-processor', { outputFile: 'shop.trx', defaultUserName: 'ci' }]] };
