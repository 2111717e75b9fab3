import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { read, write } from '../../../api/generated';
import { type Cells, cellsOf, isTrue, listOf } from '../../../lib/rows';
import { settingOf, type SystemSetting } from '../system/use-settings';

const privacyKey = ['privacy'] as const;

interface OfSite extends Record<string, string | number> {
  readonly idSite: number;
}

const getSettings = read<OfSite, unknown>('PrivacyManager.getSettings');
const setSettings = write<{ idSite: number; settingValues: string }, unknown>('PrivacyManager.setSettings');

/** What holds on a site, or for the installation when it is 0. */
export function usePrivacySettings(idSite: number) {
  return useQuery({
    queryKey: [...privacyKey, 'settings', idSite],
    queryFn: async ({ signal }): Promise<SystemSetting[]> => listOf(await getSettings({ idSite }, signal)).map(settingOf),
  });
}

/** Saves all of them or none. */
export function useSavePrivacy(idSite: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (values: Readonly<Record<string, string | null>>) => setSettings({ idSite, settingValues: JSON.stringify(values) }),
    onSuccess: () => client.invalidateQueries({ queryKey: privacyKey }),
  });
}

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly detail: string;
  readonly askedBy: string;
  readonly asked_s: number;
  readonly state: string;
  readonly progress: number;
  readonly result: string;
}

const getJobs = read<Record<never, never>, unknown>('PrivacyManager.getJobs');

const jobOf = (cells: Cells): Job => ({
  id: String(cells.id),
  kind: String(cells.kind),
  detail: String(cells.detail),
  askedBy: String(cells.askedBy),
  asked_s: Number(cells.askedAt),
  state: String(cells.state),
  progress: Number(cells.progress),
  result: String(cells.result),
});

const isOpen = (job: Job): boolean => job.state === 'waiting' || job.state === 'running';
const look_ms = 2000;

/** Asked again while something is under way. */
export function useJobs() {
  return useQuery({
    queryKey: [...privacyKey, 'jobs'],
    queryFn: async ({ signal }): Promise<Job[]> => listOf(await getJobs({}, signal)).map(jobOf),
    refetchInterval: (query) => (query.state.data?.some(isOpen) ? look_ms : false),
  });
}

export type PastValues = Readonly<Record<string, string | number>>;
const previewPast = read<Record<string, string | number>, unknown>('PrivacyManager.previewAnonymizeSomeRawData');
const maskPast = write<Record<string, string | number>, unknown>('PrivacyManager.anonymizeSomeRawData');
const getVisitColumns = read<Record<never, never>, unknown>('PrivacyManager.getAvailableVisitColumnsToAnonymize');
const getActionColumns = read<Record<never, never>, unknown>('PrivacyManager.getAvailableLinkVisitActionColumnsToAnonymize');

export function usePastPreview() {
  return useMutation({ mutationFn: async (values: PastValues) => cellsOf(await previewPast({ ...values })) });
}

/** After a work has begun the list of jobs is asked for again. */
export function useMaskPast() {
  const client = useQueryClient();
  return useMutation({ mutationFn: (values: PastValues) => maskPast({ ...values }), onSuccess: () => client.invalidateQueries({ queryKey: privacyKey }) });
}

export function useColumns() {
  return useQuery({
    queryKey: [...privacyKey, 'columns'],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const names = (answer: unknown) => listOf(answer).map((row) => String(row.column_name));
      return { visit: names(await getVisitColumns({}, signal)), action: names(await getActionColumns({}, signal)) };
    },
  });
}

/** What a deletion means for the reports of a site. */
export interface ReportEstimate {
  readonly kept: boolean;
  /** 0: for good. */
  readonly months: number;
  readonly daysToKeep: number;
  readonly bytesToKeep: number;
  readonly daysKept: number;
  readonly bytesKept: number;
  readonly daysToDelete: number;
  readonly bytesToDelete: number;
}

export interface Estimate {
  readonly idSite: number;
  readonly enabled: boolean;
  readonly days: number;
  readonly visits: number;
  readonly actions: number;
  readonly bytes: number;
  readonly bytesOfAll: number;
  readonly reports: ReportEstimate;
}

const getEstimate = read<{ idSites: string }, unknown>('PrivacyManager.estimatePurge');
const executePurge = write<{ idSites: string }, unknown>('PrivacyManager.executeDataPurge');

const estimateOf = (cells: Cells): Estimate => {
  const rows = cellsOf(cells.rows);
  const reports = cellsOf(cells.reports);
  return {
    idSite: Number(cells.idSite),
    enabled: isTrue(cells.enabled),
    days: Number(cells.olderThan),
    visits: Number(rows.log_visit ?? 0),
    actions: Number(rows.log_link_visit_action ?? 0),
    bytes: Number(cells.bytes),
    bytesOfAll: Number(cells.bytesOfAll),
    reports: {
      kept: isTrue(reports.kept),
      months: Number(reports.months),
      daysToKeep: Number(reports.daysToKeep),
      bytesToKeep: Number(reports.bytesToKeep),
      daysKept: Number(reports.daysKept),
      bytesKept: Number(reports.bytesKept),
      daysToDelete: Number(reports.daysToDelete),
      bytesToDelete: Number(reports.bytesToDelete),
    },
  };
};

export function useEstimate() {
  return useQuery({
    queryKey: [...privacyKey, 'estimate'],
    queryFn: async ({ signal }): Promise<Estimate[]> => listOf(await getEstimate({ idSites: 'all' }, signal)).map(estimateOf),
  });
}

export function usePurge() {
  const client = useQueryClient();
  return useMutation({ mutationFn: () => executePurge({ idSites: 'all' }), onSuccess: () => client.invalidateQueries({ queryKey: privacyKey }) });
}

export interface FoundVisit {
  readonly idSite: number;
  readonly idVisit: number;
  readonly time: string;
  readonly visitor: string;
  readonly user: string;
  readonly address: string;
  readonly place: string;
  readonly device: string;
  readonly actions: number;
}

const findSubjects = read<{ idSite: string; segment: string }, unknown>('PrivacyManager.findDataSubjects');
const exportSubjects = write<{ visits: string }, unknown>('PrivacyManager.exportDataSubjects');
const deleteSubjects = write<{ visits: string }, unknown>('PrivacyManager.deleteDataSubjects');

const visitOf = (cells: Cells): FoundVisit => ({
  idSite: Number(cells.idSite),
  idVisit: Number(cells.idVisit),
  time: `${cells.serverDatePretty ?? ''} ${cells.serverTimePretty ?? ''}`.trim(),
  visitor: String(cells.visitorId ?? ''),
  user: String(cells.userId ?? ''),
  address: String(cells.visitIp ?? ''),
  place: String(cells.location ?? ''),
  device: [cells.browserName, cells.operatingSystemName].filter(Boolean).join(', '),
  actions: Number(cells.actions ?? 0),
});

export function useFindSubjects() {
  return useMutation({ mutationFn: async (asked: { idSite: string; segment: string }): Promise<FoundVisit[]> => listOf(await findSubjects(asked)).map(visitOf) });
}

const named = (visits: readonly FoundVisit[]): string => JSON.stringify(visits.map((visit) => ({ idsite: visit.idSite, idvisit: visit.idVisit })));

export function useExportSubjects() {
  return useMutation({ mutationFn: (visits: readonly FoundVisit[]) => exportSubjects({ visits: named(visits) }) });
}

export function useDeleteSubjects() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (visits: readonly FoundVisit[]) => deleteSubjects({ visits: named(visits) }),
    // Every report may have changed.
    onSuccess: () => client.invalidateQueries(),
  });
}

export interface Policy {
  readonly id: string;
  readonly title: string;
  readonly doc: string;
}

export interface PolicyRule {
  readonly title: string;
  readonly changes: string;
  readonly value: string;
  readonly state: string;
  readonly isManual: boolean;
}

export interface PolicyState {
  readonly enforced: boolean;
  readonly compliant: boolean;
  readonly rules: readonly PolicyRule[];
}

const getPolicies = read<Record<never, never>, unknown>('PrivacyManager.getCompliancePolicies');
const getPolicyState = read<{ idSite: number; complianceType: string }, unknown>('PrivacyManager.getComplianceStatus');
const setPolicyState = write<{ idSite: number; complianceType: string; enforce: number }, unknown>('PrivacyManager.setComplianceStatus');
const makeDocument = write<{ idSite: number; complianceType: string }, unknown>('PrivacyManager.makeComplianceDocument');

export function usePolicies() {
  return useQuery({
    queryKey: [...privacyKey, 'policies'],
    staleTime: Infinity,
    queryFn: async ({ signal }): Promise<Policy[]> =>
      listOf(await getPolicies({}, signal)).map((row) => ({ id: String(row.id), title: String(row.title), doc: String(row.doc) })),
  });
}

export function usePolicyState(idSite: number, policy: string) {
  return useQuery({
    queryKey: [...privacyKey, 'policy', idSite, policy],
    queryFn: async ({ signal }): Promise<PolicyState> => {
      const cells = cellsOf(await getPolicyState({ idSite, complianceType: policy }, signal));
      const rules = listOf(cells.rules).map((row) => ({
        title: String(row.title),
        changes: String(row.changes),
        value: String(row.value ?? ''),
        state: String(row.state),
        isManual: row.state === 'manual',
      }));
      return { enforced: isTrue(cells.enforced), compliant: isTrue(cells.compliant), rules };
    },
  });
}

export function useEnforce(idSite: number, policy: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (enforce: boolean) => setPolicyState({ idSite, complianceType: policy, enforce: enforce ? 1 : 0 }),
    onSuccess: () => client.invalidateQueries({ queryKey: privacyKey }),
  });
}

export function useDocument(idSite: number, policy: string) {
  return useMutation({ mutationFn: async () => cellsOf(await makeDocument({ idSite, complianceType: policy })) });
}

const getConsentCode = read<{ kind: string }, unknown>('CoreAdminHome.getConsentCode');

export function useConsentCode(kind: string) {
  return useQuery({
    queryKey: [...privacyKey, 'consent', kind],
    staleTime: Infinity,
    queryFn: async ({ signal }) => listOf(await getConsentCode({ kind }, signal)).map((row) => ({ title: String(row.title), code: String(row.code) })),
  });
}

const ways = {
  own: read<Record<string, string>, unknown>('CoreAdminHome.getOptOutSelfContainedEmbedCode'),
  script: read<Record<string, string>, unknown>('CoreAdminHome.getOptOutJSEmbedCode'),
  frame: read<Record<string, string>, unknown>('CoreAdminHome.getOptOutIframeEmbedCode'),
} as const;

export type Way = keyof typeof ways;

export function useOptOutCode(way: Way, look: Readonly<Record<string, string>>) {
  return useQuery({
    queryKey: [...privacyKey, 'opt-out', way, look],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }) => String(cellsOf(await ways[way]({ ...look }, signal)).value ?? ''),
  });
}
