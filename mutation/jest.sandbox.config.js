/** The tests that must fail when the model of the sandbox changes. @type {import('jest').Config} */
module.exports = { ...require('./jest.base'), testMatch: ['<rootDir>/mutation/sandbox.tests.js'] }
