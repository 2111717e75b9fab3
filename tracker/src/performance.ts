import type { State } from './state.ts';
import type { Api } from './types.ts';

/** Time spans of a page load: parameter, start, end. */
const SPANS: [name: string, start: keyof PerformanceNavigationTiming, end: keyof PerformanceNavigationTiming][] = [
  ['net', 'fetchStart', 'connectEnd'],
  ['srv', 'requestStart', 'responseStart'],
  ['tfr', 'responseStart', 'responseEnd'],
  ['dm1', 'responseEnd', 'domInteractive'],
  ['dm2', 'domInteractive', 'domComplete'],
  ['onl', 'loadEventStart', 'loadEventEnd'],
];

/** Times of the page load known so far. They are sent until the load is complete, then never again. */
export const performanceParameters = (t: State): string => {
  if (t.performance_) {
    const given = t.performance_;
    t.performance_ = '';
    t.PerformanceTracking = false;
    return given;
  }
  const timing = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
  if (!t.PerformanceTracking || !timing || !t.pageViews_) {
    return '';
  }
  t.PerformanceTracking = !timing.loadEventEnd;
  return SPANS.map(([name, start, end]) =>
    timing[end] && timing[end] >= timing[start] ? `&pf_${name}=${Math.round((timing[end] as number) - (timing[start] as number))}` : '',
  ).join('');
};

export const performanceMethods = (t: State): Api => {
  return {
    setPagePerformanceTiming(...times_ms: unknown[]) {
      t.performance_ = SPANS.map(([name], i) => (times_ms[i] == null ? '' : `&pf_${name}=${times_ms[i]}`)).join('');
    },
  };
};
