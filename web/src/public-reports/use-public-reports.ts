import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { askChallenge } from '../api/account';
import { read, write, type Params } from '../api/generated';
import { useSession } from '../api/session';
import { takePasskey } from '../lib/passkey';
import { infoOf } from '../viewer/source';
import { type Cells, cellsOf, isTrue, listOf } from '../lib/rows';
import { bannerOf, dashboardOf, findingOf, grantOf, historyOf, reportsOf, seconds, text, textsOf, type Draft, type Finding, type Grant, type HistoryLine, type NamedReport, type PublicDashboard, type What } from './model';

export type Factor = '' | 'code' | 'passkey';

export interface PublicState {
  readonly switch: 'on' | 'off' | 'forbidden';
  readonly active: number;
  readonly sites: readonly string[];
  readonly pending: number;
  readonly paused: number;
  readonly mailWorks: boolean;
  readonly mailFault: string;
  readonly twoPeople: boolean;
  readonly superusers: number;
  readonly reminder: { readonly every: string; readonly mayBeOff: boolean; readonly last_s: number | undefined; readonly next_s: number | undefined; readonly alarm: boolean };
  readonly alertsFailed: number;
  readonly maySwitch: boolean;
  readonly mayActivate: boolean;
  readonly needsFactor: Factor;
}

export interface OptionReport extends NamedReport {
  readonly category: string;
  readonly subcategory: string;
  /** What must be ticked for it; empty when nothing must. */
  readonly needs: string;
}

export interface Options {
  readonly reports: readonly OptionReport[];
  readonly dashboard: readonly string[];
  readonly shows: readonly { readonly id: string; readonly name: string; readonly doc: string }[];
  readonly monthsDefault: number;
  readonly monthsMax: number;
  readonly daysDefault: number;
  readonly daysMax: number;
  readonly visitsMinDefault: number;
  readonly visitsMinMax: number;
  readonly reasonMin: number;
}

/** What one grant of a preview would show. */
export interface PreviewGrant extends Omit<Draft, 'idDashboard'> {
  readonly id: number | undefined;
  readonly idSite: number;
  readonly siteName: string;
  readonly named: readonly NamedReport[];
  readonly dashboard: PublicDashboard | undefined;
  readonly columns: readonly string[];
  readonly first: string;
  readonly last: string;
}

export interface Preview {
  readonly hash: string;
  readonly grants: readonly PreviewGrant[];
  readonly findings: readonly Finding[];
  readonly twoPeople: boolean;
  readonly coolOff_min: number;
  readonly confirm: string;
}

export interface FullGrant {
  readonly grant: Grant;
  readonly history: readonly HistoryLine[];
  readonly findings: readonly Finding[];
}

/** How an act ended: the state, and the links that are shown this once. */
export interface Activated {
  readonly state: string;
  readonly waitsFor: string;
  readonly links: readonly { readonly id: number; readonly url: string; readonly password: string }[];
}

export interface Link {
  readonly url: string;
  readonly password: string;
}

/** A draft for a grant that exists: its end is moved by renewing alone. */
function scopeOf({ expiresInDays: _end, ...scope }: Draft): Params {
  return paramsOf(scope);
}

/** A dashboard is named only where one is meant, and not where the confirmed one stays. */
function paramsOf({ idDashboard, ...rest }: Omit<Draft, 'expiresInDays'>): Params {
  return rest.what === 'dashboard' && idDashboard !== '' ? { ...rest, idDashboard } : rest;
}

const root = ['public-reports'] as const;
const noParams: Readonly<Record<never, never>> = {};
const ask = <P = Params>(name: string) => read<P, unknown>(`PublicReports.${name}`);
/** By POST, also where nothing is changed but a secret is sent: addresses are logged. */
const act = (name: string) => write<Params, unknown>(`PublicReports.${name}`);
const reads = { state: ask('getState'), options: ask('getOptions'), grants: ask('getGrants'), grant: ask('getGrant'), history: ask('getHistory'), banner: ask('getBanner'), page: ask('getPage'), preview: ask('preview') } as const;
const getDashboards = read<{ returnDefaultIfEmpty: number }, unknown>('Dashboard.getDashboards');

function stateOf(cells: Cells): PublicState {
  const reminder = cellsOf(cells.reminder);
  return {
    switch: text(cells.switch) as PublicState['switch'],
    active: Number(cells.active ?? 0),
    sites: listOf(cells.sites).map((site) => text(site.name)),
    pending: Number(cells.pending ?? 0),
    paused: Number(cells.paused ?? 0),
    mailWorks: isTrue(cells.mailWorks),
    mailFault: text(cells.mailFault),
    twoPeople: isTrue(cells.twoPeople),
    superusers: Number(cells.superusers ?? 0),
    reminder: { every: text(reminder.every), mayBeOff: isTrue(reminder.mayBeOff), last_s: seconds(reminder.lastSent), next_s: seconds(reminder.nextDue), alarm: isTrue(reminder.alarm) },
    alertsFailed: Number(cells.alertsFailed ?? 0),
    maySwitch: isTrue(cells.maySwitch),
    mayActivate: isTrue(cells.mayActivate),
    needsFactor: text(cells.needsFactor) as Factor,
  };
}

const optionsOf = (cells: Cells): Options => ({
  reports: listOf(cells.reports).map((report) => ({ method: text(report.method), name: text(report.name), category: text(report.category), subcategory: text(report.subcategory), needs: text(report.needs) })),
  dashboard: textsOf(cells.dashboard),
  shows: listOf(cells.shows).map((one) => ({ id: text(one.id), name: text(one.name), doc: text(one.doc) })),
  monthsDefault: Number(cells.monthsDefault), monthsMax: Number(cells.monthsMax), daysDefault: Number(cells.daysDefault), daysMax: Number(cells.daysMax),
  visitsMinDefault: Number(cells.visitsMinDefault), visitsMinMax: Number(cells.visitsMinMax), reasonMin: Number(cells.reasonMin),
});

function previewGrantOf(cells: Cells): PreviewGrant {
  const named = reportsOf(cells.reports);
  const id = Number(cells.idGrant ?? 0);
  return {
    id: id > 0 ? id : undefined, idSite: Number(cells.idsite), siteName: text(cells.siteName), what: text(cells.what) as What, named, dashboard: dashboardOf(cells.dashboard),
    reports: named.map((report) => report.method), columns: textsOf(cells.columns), shows: textsOf(cells.shows), months: Number(cells.months),
    first: text(cells.first), last: text(cells.last), segment: text(cells.segment), visitsMin: Number(cells.visitsMin), channel: text(cells.channel) as Draft['channel'],
    origins: textsOf(cells.origins), expiresInDays: Number(cells.expiresInDays ?? 0),
  };
}

const previewOf = (cells: Cells): Preview => ({
  hash: text(cells.hash), grants: listOf(cells.grants).map(previewGrantOf), findings: listOf(cells.findings).map(findingOf),
  twoPeople: isTrue(cells.twoPeople), coolOff_min: Number(cells.coolOffMinutes ?? 0), confirm: text(cells.confirm),
});

const linkOf = (cells: Cells): Link => ({ url: text(cells.url), password: text(cells.password) });

function activatedOf(answer: unknown): Activated {
  const cells = cellsOf(answer);
  return { state: text(cells.state), waitsFor: text(cells.waitsFor), links: listOf(cells.links).map((link) => ({ id: Number(link.idGrant), ...linkOf(link) })) };
}

/** Superusers, and admins of a site, may look at public reports and care for them. */
export function useMayCare(): boolean {
  const { superuser, sites } = useSession();
  return superuser || sites.some((site) => site.role === 'admin');
}

export function usePublicState() {
  return useQuery({ queryKey: [...root, 'state'], enabled: useMayCare(), queryFn: async ({ signal }) => stateOf(cellsOf(await reads.state(noParams, signal))) });
}

export function usePublicOptions() {
  return useQuery({ queryKey: [...root, 'options'], staleTime: 300_000, queryFn: async ({ signal }) => optionsOf(cellsOf(await reads.options(noParams, signal))) });
}

export function useGrants() {
  return useQuery({ queryKey: [...root, 'grants'], queryFn: async ({ signal }) => listOf(await reads.grants(noParams, signal)).map(grantOf) });
}

export function useGrant(idGrant: number) {
  return useQuery({
    queryKey: [...root, 'grant', idGrant],
    queryFn: async ({ signal }): Promise<FullGrant> => {
      const cells = cellsOf(await reads.grant({ idGrant }, signal));
      return { grant: grantOf(cells), history: listOf(cells.history).map(historyOf), findings: listOf(cells.findings).map(findingOf) };
    },
  });
}

/** What the page of a grant tells its viewers; the preview is drawn from it. */
export function usePublicInfo(idGrant: number, draft?: Draft) {
  return useQuery({ queryKey: [...root, 'page', idGrant, draft], queryFn: async ({ signal }) => infoOf(cellsOf(await reads.page({ idGrant, ...(draft && scopeOf(draft)) }, signal))) });
}

/** A draft as one text, by which reports are asked for as it would show them. */
export const draftText = (draft: Draft): string => new URLSearchParams(Object.entries(scopeOf(draft)).map(([name, value]) => [name, String(value)])).toString();

/** The dashboards that the caller made. */
export function useDashboards() {
  return useQuery({
    queryKey: ['dashboards'],
    queryFn: async ({ signal }) => listOf(await getDashboards({ returnDefaultIfEmpty: 0 }, signal)).map((cells) => ({ id: text(cells.id), name: text(cells.name) })),
  });
}

export function usePublicHistory() {
  return useQuery({ queryKey: [...root, 'history'], queryFn: async ({ signal }) => listOf(await reads.history(noParams, signal)).map(historyOf) });
}

export function useBanner() {
  const { sites } = useSession();
  return useQuery({ queryKey: [...root, 'banner'], enabled: sites.length > 0, queryFn: async ({ signal }) => listOf(await reads.banner(noParams, signal)).map(bannerOf) });
}

export interface EmbedAsked {
  readonly idGrant: number;
  readonly report?: string;
  readonly period: string;
  readonly link?: string;
}

export function useEmbedCode(asked: EmbedAsked | undefined) {
  return useQuery({
    queryKey: [...root, 'code', asked],
    enabled: asked !== undefined,
    retry: false,
    gcTime: 0,
    queryFn: async () => {
      const cells = cellsOf(await act('getEmbedCode')({ ...asked }));
      return { url: text(cells.url), html: text(cells.html) };
    },
  });
}

/** Which grants are looked at: those that exist, or one that is to change into a draft. */
export interface PreviewAsked {
  readonly idGrants: readonly number[];
  readonly draft?: Draft;
}

export function usePreview({ idGrants, draft }: PreviewAsked) {
  return useQuery({
    queryKey: [...root, 'preview', idGrants, draft],
    staleTime: 0,
    gcTime: 0,
    retry: false,
    queryFn: async ({ signal }) => previewOf(cellsOf(await reads.preview({ idGrants, ...(draft && scopeOf(draft)) }, signal))),
  });
}

/** What proves who somebody is, for one act alone. */
export interface Proof {
  readonly password: string;
  readonly code: string;
}

/** The fields of a proof; a passkey is asked for at this moment. */
async function proven(proof: Proof, factor: Factor): Promise<Params> {
  if (factor === 'passkey') return { passwordConfirmation: proof.password, passkey: JSON.stringify(await takePasskey(await askChallenge())) };
  return factor === 'code' ? { passwordConfirmation: proof.password, authCode: proof.code } : { passwordConfirmation: proof.password };
}

function useAct<V, A>(run: (values: V) => Promise<A>) {
  const client = useQueryClient();
  // The preview of a confirmation stays as it was shown: only a refusal makes it look again.
  const seen = (query: { queryKey: readonly unknown[] }) => query.queryKey[0] === root[0] && query.queryKey[1] !== 'preview';
  return useMutation({ mutationFn: run, onSettled: () => client.invalidateQueries({ predicate: seen }) });
}

export const useRequest = () =>
  useAct(async (values: { readonly idSites: readonly number[]; readonly draft: Draft; readonly reason: string }) => {
    const cells = cellsOf(await act('request')({ idSites: values.idSites, ...scopeOf(values.draft), expiresInDays: values.draft.expiresInDays, reason: values.reason }));
    return Array.isArray(cells.idGrants) ? cells.idGrants.map(Number) : [];
  });

/** Acts that are bound to what was shown, and need proof in the call itself. */
export const confirmActs = ['activate', 'approve', 'resume', 'renew', 'widen'] as const;
export type ConfirmAct = (typeof confirmActs)[number];

export interface Confirmed {
  readonly act: ConfirmAct;
  readonly asked: PreviewAsked;
  readonly hash: string;
  readonly confirm: string;
  readonly days: number;
  readonly proof: Proof;
  readonly factor: Factor;
}

export const useConfirmAct = () =>
  useAct(async ({ act: name, asked, hash, confirm, days, proof, factor }: Confirmed) => {
    const about: Readonly<Record<ConfirmAct, Params>> = {
      activate: { idGrants: asked.idGrants, confirm },
      approve: { idGrants: asked.idGrants },
      resume: { idGrants: asked.idGrants },
      renew: { idGrants: asked.idGrants, expiresInDays: days },
      widen: { idGrant: asked.idGrants[0] ?? 0, ...(asked.draft && scopeOf(asked.draft)) },
    };
    return activatedOf(await act(name)({ ...about[name], scopeHash: hash, ...(await proven(proof, factor)) }));
  });

/** Acts on one grant that make it smaller or end it. */
export type PlainAct = 'pause' | 'revoke' | 'reject';
export const usePlainAct = (name: PlainAct) => useAct((id: number) => act(name)({ idGrants: [id] }));
export const usePauseAll = () => useAct(async (password: string) => Number(cellsOf(await act('pauseAll')({ passwordConfirmation: password })).paused ?? 0));
export const useRotate = () => useAct(async (idGrant: number) => linkOf(cellsOf(await act('rotate')({ idGrant }))));
export const useNarrow = () => useAct((values: { readonly idGrant: number; readonly draft: Draft }) => act('narrow')({ idGrant: values.idGrant, ...scopeOf(values.draft) }));
export const useReminder = () => useAct((every: string) => act('setReminder')({ every }));
export const useSwitch = () => useAct(async (values: { readonly state: 'on' | 'off'; readonly proof: Proof; readonly factor: Factor }) => act('setSwitch')({ state: values.state, ...(await proven(values.proof, values.factor)) }));
