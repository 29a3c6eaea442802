/** Wiring only: the plugins of each subject, in one list. */
export default [];
