/**
 * What both runs of Stryker share. See docs/mutation.md.
 * @param {string} room the room whose tests must notice
 * @returns {object} options of Stryker
 */
export function common(room) {
  return {
    testRunner: 'jest',
    jest: { configFile: `mutation/jest.${room}.config.js`, enableFindRelatedTests: false },
    coverageAnalysis: 'perTest',
    // What is computed once, when a file is loaded, would cost a run of all the tests for each mutant.
    ignoreStatic: true,
    // Copied for each worker: only what the tests need.
    ignorePatterns: ['/bench', '/docs', '/workbench', '/stream', '/delivery', '/cli', 'dist', 'coverage', 'reports'],
    tempDirName: '.stryker-tmp',
    reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
    clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: true },
    htmlReporter: { fileName: `reports/mutation/${room}.html` },
    jsonReporter: { fileName: `reports/mutation/${room}.json` }
  }
}
