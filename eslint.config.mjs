import js from '@eslint/js'
import tseslint from 'typescript-eslint'

/** The rooms, and for each the rooms that it may import. Arrows point one way; the sandbox stands alone. */
const MAY_IMPORT = {
  src: [],
  sandbox: [],
  delivery: ['src'],
  cli: ['delivery', 'sandbox', 'src']
}
const ROOMS = Object.keys(MAY_IMPORT)

export default tseslint.config(
  { ignores: ['dist/', 'coverage/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-imports': ['error', { name: 'lodash', message: 'Import the one method: lodash/omitBy.' }],
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error'
    }
  },
  ...ROOMS.map((room) => ({
    files: [`${room}/**/*.ts`],
    ignores: ['**/__tests__/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: ROOMS.filter((other) => other !== room && !MAY_IMPORT[room].includes(other)).map((other) => ({
            regex: `^(\\.\\./)+${other}(/|$)`,
            message: `${room}/ must not import ${other}/: see MAY_IMPORT in eslint.config.mjs.`
          }))
        }
      ]
    }
  })),
  { files: ['*.js', '*.mjs'], languageOptions: { globals: { process: 'readonly', module: 'writable' } } }
)
