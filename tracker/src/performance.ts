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
export function performanceParameters(t: State): string {
  if (t.performance_) {
    const given = t.performance_;
    t.performance_ = '';
    t.performanceDone_ = true;
    return given;
  }
  const timing = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
  if (t.performanceDone_ || !timing || !t.pageViews_) {
    return '';
  }
  t.performanceDone_ = timing.loadEventEnd > 0;
  return SPANS.map(([name, start, end]) =>
    timing[end] && timing[end] >= timing[start] ? `&pf_${name}=${Math.round((timing[end] as number) - (timing[start] as number))}` : '',
  ).join('');
}

export function performanceMethods(t: State): Api {
  return {
    disablePerformanceTracking() {
      t.performanceDone_ = true;
    },
    setPagePerformanceTiming(...times_ms: unknown[]) {
      t.performance_ = SPANS.map(([name], i) => (times_ms[i] == null ? '' : `&pf_${name}=${times_ms[i]}`)).join('');
    },
  };
}
