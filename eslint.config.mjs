import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** The modules, and for each the modules that it may import. */
const MAY_IMPORT = {
  src: [],
  common: [],
  sandbox: ['common'],
  delivery: ['src', 'common'],
  stream: ['delivery', 'src', 'common'],
  service: ['stream', 'delivery', 'src', 'common'],
  workbench: ['stream', 'delivery', 'sandbox', 'src', 'common'],
  cli: ['workbench', 'service', 'stream', 'delivery', 'sandbox', 'src', 'common']
}
const MODULES = Object.keys(MAY_IMPORT)

const OTHER_PACKAGES = {
  regex: '^(?!\\.|@segment/actions-core$|dayjs(/|$)|lodash/|net$)',
  message: "src/ imports what Segment's monorepo has: core, dayjs, lodash by method, and Node's net."
}

/** Imports of what lies above src/, from a file so many folders below it. */
function above(folders) {
  return {
    regex: `^(\\./)*(\\.\\./){${folders + 1}}`,
    message: 'src/ must go into the monorepo alone, so it imports nothing outside of it.'
  }
}

function restrictImports(files, patterns) {
  return { files, ignores: ['**/__tests__/**'], rules: { 'no-restricted-imports': ['error', { patterns }] } }
}

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'bench/.build/',
      '.stryker-tmp/',
      'reports/',
      '**/generated-types.ts',
      '**/*.types.ts'
    ]
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,mts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-len': [
        'error',
        { code: 120, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }
      ],
      'no-restricted-syntax': ['error', { selector: 'ImportExpression', message: 'Import statically.' }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error'
    }
  },
  restrictImports(['src/*.ts'], [OTHER_PACKAGES, above(0)]),
  restrictImports(['src/*/*.ts'], [OTHER_PACKAGES, above(1)]),
  ...MODULES.filter((name) => name !== 'src').map((name) =>
    restrictImports(
      [`${name}/**/*.{ts,tsx}`],
      MODULES.filter((other) => other !== name && !MAY_IMPORT[name].includes(other)).map((other) => ({
        regex: `^(\\.{1,2}/)+${other}(/|$)`,
        message: `${name}/ must not import ${other}/: see MAY_IMPORT in eslint.config.mjs.`
      }))
    )
  ),
  {
    files: ['workbench/page/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    // The page loads its editor when it is needed.
    // Its code is not compiled by React's compiler, which could not deal with the virtual lists.
    rules: { 'no-restricted-syntax': 'off', 'react-hooks/incompatible-library': 'off' }
  },
  {
    files: ['**/*.js', '*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        describe: 'readonly'
      }
    }
  }
)
