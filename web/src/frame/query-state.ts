import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';

/** The query with one word changed or taken out. A list that changes is shown from its start. */
export function queryWith(search: string, name: string, value: string | undefined): string {
  const query = new URLSearchParams(search);
  if (name !== 'offset') query.delete('offset');
  if (value === undefined) query.delete(name);
  else query.set(name, value);
  const text = query.toString();
  return text && `?${text}`;
}

/** One word of the address, like a state; the default stays out of it. */
export function useQueryState(name: string, fallback = ''): readonly [string, (value: string) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const value = new URLSearchParams(search).get(name) ?? fallback;
  const change = useCallback(
    (next: string) => navigate(path + queryWith(window.location.search, name, next === fallback ? undefined : next), { replace: true }),
    [name, fallback, path, navigate],
  );
  return [value, change];
}

/** Several words of the address, as those that narrow a list; an empty one stays out of it. */
export function useQueryWords<N extends string>(names: readonly N[]): readonly [Readonly<Record<N, string>>, (change: Partial<Record<N, string>>) => void] {
  const query = new URLSearchParams(useSearch());
  const [path, navigate] = useLocation();
  const words = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ''])) as Record<N, string>;
  const change = (changed: Partial<Record<N, string>>) => {
    const texts = Object.entries<string | undefined>(changed);
    navigate(path + texts.reduce((search, [name, value]) => queryWith(search, name, value || undefined), window.location.search), { replace: true });
  };
  return [words, change];
}

/** The page of a list that is asked for in parts of `size`; the address says where the part begins. */
export function useQueryPage(size: number): readonly [number, (page: number) => void] {
  const [offset, setOffset] = useQueryState('offset', '0');
  return [Math.max(0, Math.floor(Number(offset) / size) || 0), (page) => setOffset(String(page * size))];
}

/** Lines may go while their page is shown: past the end of a list its last page is shown. */
export function useLastPage(page: number, last: number | undefined, turn: (page: number) => void): void {
  const isPast = last !== undefined && page > last;
  useEffect(() => {
    if (isPast) turn(last);
  });
}

const pause_ms = 250;

/** A text that reaches the address once typing pauses. */
export function useTypedQuery(name: string): readonly [string, (text: string) => void, string] {
  const [settled, settle] = useQueryState(name);
  const [text, setText] = useState(settled);
  const last = useRef(settled);
  useEffect(() => {
    if (settled !== last.current) {
      // The address changed by other means, as by a link: it is right.
      last.current = settled;
      setText(settled);
      return undefined;
    }
    if (text === settled) return undefined;
    const timer = setTimeout(() => {
      last.current = text;
      settle(text);
    }, pause_ms);
    return () => clearTimeout(timer);
  }, [text, settled, settle]);
  return [text, setText, settled];
}
