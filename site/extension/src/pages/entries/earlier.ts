/** Loaded when somebody saves what the version before kept: few do, and only they need what reads it. */
export { fileOf } from '../../class/before';
