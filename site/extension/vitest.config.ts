import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts'],
    // Bounded, so that a loop that never ends fails a test and not the machine.
    testTimeout: 120_000,
    maxWorkers: 2,
    server: {
      // JupyterLab's packages are written for bundlers: extensionless imports, styles beside the code.
      deps: { inline: [/@jupyter/, /@jupyterlab/, /@jupyterlite/, /@lumino/] }
    }
  }
});
