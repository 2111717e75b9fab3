import { useMutation, useQuery } from '@tanstack/react-query';
import {
  sitesManagerAddSite, sitesManagerDeleteSite, sitesManagerGetCurrencyList, sitesManagerGetSiteFromId, sitesManagerGetSiteUrlsFromId,
  sitesManagerGetTimezonesList, sitesManagerUpdateSite,
} from '../../../api/generated';
import type { OptionGroup } from '../../../components/choice';
import { numberOf } from '../../../lib/numbers';
import { cellsOf, isTrue } from '../../../lib/rows';

interface SiteDraft {
  readonly name: string;
  readonly urls: readonly string[];
  readonly timezone: string;
  readonly currency: string;
  /** Products are reported for shops only. */
  readonly isShop: boolean;
}

const texts = (answer: unknown): [string, string][] =>
  typeof answer === 'object' && answer !== null ? Object.entries(answer).map(([id, text]) => [id, String(text)]) : [];

export function useTimezones() {
  return useQuery({
    queryKey: ['timezones'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<OptionGroup[]> => {
      const answer = cellsOf(await sitesManagerGetTimezonesList({}, signal));
      return Object.entries(answer).map(([name, zones]) => ({ name, options: texts(zones).map(([id, place]) => ({ id, text: id === place ? id : `${id.replaceAll('_', ' ')}, ${place}` })) }));
    },
  });
}

export function useCurrencies() {
  return useQuery({
    queryKey: ['currencies'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<OptionGroup[]> => {
      const options = texts(await sitesManagerGetCurrencyList({}, signal)).map(([id, text]) => ({ id, text }));
      return [{ name: 'Currencies', options }];
    },
  });
}

export function useSiteUrls(idSite: number | undefined) {
  return useQuery({
    queryKey: ['site-urls', idSite],
    enabled: idSite !== undefined,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<string[]> => {
      const answer = await sitesManagerGetSiteUrlsFromId({ idSite: idSite ?? 0 }, signal);
      return Array.isArray(answer) ? answer.map(String) : [];
    },
  });
}

/** Whether a site sells; without a number nothing is asked. */
export function useIsShop(idSite: number | undefined) {
  return useQuery({
    queryKey: ['is-shop', idSite],
    enabled: idSite !== undefined,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<boolean> => isTrue(cellsOf(await sitesManagerGetSiteFromId({ idSite: idSite ?? 0 }, signal)).ecommerce),
  });
}

/** Creates the site, or changes it when it has a number already; gives its number. */
export function useSaveSite(idSite: number | undefined) {
  return useMutation({
    mutationFn: async ({ name, urls, timezone, currency, isShop }: SiteDraft): Promise<number> => {
      const fields = { siteName: name, urls, timezone, currency, ecommerce: isShop ? 1 : 0 };
      if (idSite !== undefined) {
        await sitesManagerUpdateSite({ idSite, ...fields });
        return idSite;
      }
      return numberOf(cellsOf(await sitesManagerAddSite(fields)).value) ?? 0;
    },
  });
}

export function useDeleteSite() {
  return useMutation({
    mutationFn: (idSite: number) => sitesManagerDeleteSite({ idSite }),
  });
}
