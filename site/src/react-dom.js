// What @tanstack/react-virtual asks of React DOM; the build puts Preact's hooks in the place of React.

/** @param {() => void} work */
export const flushSync = (work) => work();
