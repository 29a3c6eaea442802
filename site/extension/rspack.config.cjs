// The kernel's worker is built by esbuild as one self-contained ES module and shipped as it is:
// re-bundled here it would become a classic worker, which Pyodide refuses.
module.exports = {
  optimization: { realContentHash: false },
  module: {
    rules: [
      {
        test: /\.worker\.js$/,
        type: 'asset/resource',
        generator: { filename: '[name].[contenthash][ext]' }
      }
    ]
  }
};
