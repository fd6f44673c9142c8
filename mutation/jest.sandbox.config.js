/** The tests that must notice when the sandbox's model is changed. @type {import('jest').Config} */
module.exports = { ...require('./jest.base'), testMatch: ['<rootDir>/mutation/sandbox.tests.js'] }
