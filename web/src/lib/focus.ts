/** What had the focus is gone, and the page as a whole has it. */
export const focusIsLost = (): boolean => document.activeElement === null || document.activeElement === document.body;
