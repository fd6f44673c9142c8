// Copied as eslint.config.mjs. Under that name, ESLint would take it for this folder's own.
import js from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['out/', '*.js', '*.mjs'] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      // ES2020 has no .at(). TypeScript takes it nevertheless, since Node's types have it.
      'no-restricted-syntax': [
        'error',
        { selector: "CallExpression > MemberExpression[property.name='at']", message: 'ES2020 has no .at().' }
      ]
    }
  }
)
