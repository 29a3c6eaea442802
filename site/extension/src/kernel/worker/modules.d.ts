/** esbuild brings Python files in as text (`--loader:.py=text`). */
declare module '*.py' {
  const source: string;
  export default source;
}
