// The dependency rules of the page's part, and what strict TypeScript does not see.
import tseslint from 'typescript-eslint';

/** What a folder may import: everything else of the page's part is forbidden to it. */
const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map(([group, message]) => ({ group, message })) }]
});

export default tseslint.config(
  { ignores: ['lib', 'labextension', 'node_modules', '*.cjs', '*.mjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.test.json', './src/kernel/worker/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      eqeqeq: ['error', 'always', { null: 'ignore' }]
    }
  },
  {
    files: ['src/core/**/*.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'core is pure: yjs, y-protocols and lib0 only.'],
      [['**/storage/**', '**/notebook/**', '**/kernel/**', '**/classroom/**', '**/connection/**', '**/crypto/**'], 'core knows nobody.']
    )
  },
  {
    // Simulated classes have cryptography, of which the core knows none.
    files: ['src/core/simulation/**/*.ts', 'src/core/**/*.test.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'core is pure: yjs, y-protocols and lib0 only.'],
      [['**/storage/**', '**/notebook/**', '**/kernel/**', '**/classroom/**', '**/connection/**'], 'core knows nobody.']
    )
  },
  {
    files: ['src/storage/**/*.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'storage knows core only.'],
      [['**/notebook/**', '**/kernel/**', '**/classroom/**', '**/connection/**', '**/crypto/**'], 'storage knows core only.']
    )
  },
  {
    files: ['src/crypto/**/*.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'crypto knows core only.'],
      [['**/notebook/**', '**/kernel/**', '**/classroom/**', '**/connection/**', '**/storage/**', '**/class/**'], 'crypto knows core only.']
    )
  },
  {
    files: ['src/connection/**/*.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'connection knows core only.'],
      [['**/storage/**', '**/notebook/**', '**/kernel/**', '**/classroom/**', '**/crypto/**'], 'connection knows core only.']
    )
  },
  {
    files: ['src/class/{identity,joined,membership,people,server}.ts'],
    rules: forbid([['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'The teacher\'s page is in the class too, without JupyterLab.'])
  },
  {
    files: ['src/kernel/**/*.ts'],
    rules: forbid([['**/notebook/**', '**/storage/**'], 'The kernel runs without the notebook model.'])
  },
  {
    files: ['src/notebook/**/*.ts'],
    rules: forbid([['**/kernel/**'], 'The notebook model works without a kernel.'])
  },
  {
    files: ['src/pages/**/*.ts'],
    rules: forbid(
      [['@jupyterlab/*', '@jupyterlite/*', '@lumino/*', '@jupyter/*'], 'The pages are light: no JupyterLab.'],
      [['**/notebook/**', '**/kernel/**', '**/classroom/**'], 'The pages are light: no notebook.']
    )
  },
  {
    files: ['src/**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off'
    }
  }
);
