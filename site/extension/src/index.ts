/** Wiring only: the plugins of each subject, in one list. */
import together from './class';
import classroom from './classroom';
import kernel from './kernel';
import notebook from './notebook';
import settings from './settings';

export default [...settings, ...classroom, ...together, ...kernel, ...notebook];
