import { expect, test } from 'vitest';
import { sumBefore, sumOf } from './sums';

test('sites are compared with as much of the period before as is over of this one', () => {
  const rows = [
    { cells: { nb_visits: 10, previous_nb_visits: 40, ratio: 0.25 } },
    { cells: { nb_visits: 5, previous_nb_visits: 8, ratio: 0.5 } },
    { cells: { nb_visits: 1, previous_nb_visits: 3, ratio: 1 } },
    { cells: {} },
  ];
  expect(sumOf(rows, 'nb_visits')).toBe(16);
  expect(sumBefore(rows, 'previous_nb_visits')).toBe(17);
});
