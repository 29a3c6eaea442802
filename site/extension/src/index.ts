/** Wiring only: the plugins of each subject, in one list. */
import settings from './settings';

export default [...settings];
