// Plausible numbers that are the same in every run: a seed for every (site, day).

export function randomOf(seed) {
  let state = 2166136261;
  for (const letter of String(seed)) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822507);
    state = Math.imul(state ^ (state >>> 13), 3266489909);
    state ^= state >>> 16;
    return (state >>> 0) / 4294967296;
  };
}

const day_ms = 86_400_000;
export const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);
export const todayMs = () => Date.UTC(...isoDay(Date.now()).split('-').map((part, at) => Number(part) - (at === 1 ? 1 : 0)));
const parse = (text) => {
  if (text === 'today') return todayMs();
  if (text === 'yesterday') return todayMs() - day_ms;
  return Date.parse(`${text}T00:00:00Z`);
};

function unitStart(period, ms) {
  const date = new Date(ms);
  if (period === 'week') return ms - ((date.getUTCDay() + 6) % 7) * day_ms;
  if (period === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  if (period === 'year') return Date.UTC(date.getUTCFullYear(), 0, 1);
  return ms;
}

function unitEnd(period, start) {
  const date = new Date(start);
  if (period === 'week') return start + 6 * day_ms;
  if (period === 'month') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0);
  if (period === 'year') return Date.UTC(date.getUTCFullYear(), 11, 31);
  return start;
}

function keyOf(period, start) {
  if (period === 'week') return `${isoDay(start)},${isoDay(start + 6 * day_ms)}`;
  if (period === 'month') return isoDay(start).slice(0, 7);
  if (period === 'year') return isoDay(start).slice(0, 4);
  return isoDay(start);
}

/** The spans a (period, date) asks for: one, or one per key when the answer is a map. */
export function spansOf(period, date) {
  const relative = /^(last|previous)(\d+)$/.exec(date);
  let from;
  let to;
  if (relative) {
    to = todayMs() - (relative[1] === 'previous' ? day_ms : 0);
    from = to - (Number(relative[2]) - 1) * day_ms;
  } else if (date.includes(',')) [from, to] = date.split(',').map(parse);
  if (period === 'range') return { map: false, spans: [{ key: date, from: from ?? parse(date), to: to ?? parse(date) }] };
  if (from === undefined) {
    const start = unitStart(period, parse(date));
    return { map: false, spans: [{ key: keyOf(period, start), from: start, to: unitEnd(period, start) }] };
  }
  const spans = [];
  for (let at = unitStart(period, from); at <= to; at = unitEnd(period, at) + day_ms) {
    spans.push({ key: keyOf(period, at), from: at, to: unitEnd(period, at) });
  }
  return { map: true, spans };
}

/** Visits of a site on a day: a slow growth, quiet weekends, a season, some noise, one campaign. */
function visitsOfDay(site, ms, factor) {
  if (ms > todayMs() || site.size === 0) return 0;
  const random = randomOf(`${site.idsite}/${ms}`);
  const weekday = new Date(ms).getUTCDay();
  const weekend = weekday === 0 ? 0.62 : weekday === 6 ? 0.55 : 1;
  const age_days = (todayMs() - ms) / day_ms;
  const growth = Math.max(0.3, 1 - age_days / 900);
  const season = 1 + 0.12 * Math.sin(age_days / 17);
  const campaign = age_days > 8 && age_days < 13 ? 1.45 : 1;
  const part = age_days === 0 ? Math.max(0.2, (new Date().getUTCHours() + 1) / 24) : 1;
  return Math.round(site.size * weekend * growth * season * campaign * part * factor * (0.92 + 0.16 * random()));
}

export function totalsOf(site, span, factor) {
  let visits = 0;
  for (let at = span.from; at <= span.to; at += day_ms) visits += visitsOfDay(site, at, factor);
  const random = randomOf(`${site.idsite}/${span.key}/${factor}`);
  const bounces = Math.round(visits * (0.41 + 0.06 * random()));
  const actions = Math.round(visits * (2.9 + 0.5 * random()));
  return {
    visits, bounces, actions,
    visitors: Math.round(visits * 0.83),
    length_s: Math.round(visits * (168 + 40 * random())),
    pageviews: Math.round(actions * 0.91),
    days: Math.round((span.to - span.from) / day_ms) + 1,
  };
}
